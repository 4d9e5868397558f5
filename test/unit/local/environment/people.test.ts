import { describe, expect, it } from "vitest";
import { personNamed } from "../../../../local/environment/people.ts";

const person = (userName: string, email: string) => ({
  userId: userName,
  userName,
  displayName: userName,
  email,
  enabled: true,
});
const people = [person("alice", "alice@example.com"), person("alice@example.com", "other@example.com")];

describe("a person", () => {
  it("is found by email first, whatever its case, then by exact user name", () => {
    expect(personNamed(people, "Alice@Example.com")?.userName).toBe("alice");
    expect(personNamed(people, "alice")?.email).toBe("alice@example.com");
    expect(personNamed(people, "ALICE")).toBeUndefined();
    expect(personNamed(people, "nobody@example.com")).toBeUndefined();
  });
});
