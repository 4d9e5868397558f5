import { describe, expect, it } from "vitest";
import { fieldErrorsOf } from "../../../../../lambdas/core/contracts/invalid-input.ts";
import {
  RotaBodySchema,
  RotaDocumentSchema,
} from "../../../../../lambdas/core/contracts/configuration/rota.ts";
import { RotaContentSchema } from "../../../../../lambdas/core/domain/rota.ts";
import {
  peopleNamedIn,
  rotaContentOf,
} from "../../../../../lambdas/core/use-cases/configuration/rota-content.ts";
import { aUserId } from "../../../../support/builders.ts";

const written = {
  name: "payments-oncall",
  timeZone: "Europe/Berlin",
  rotation: {
    participants: ["ada", "bela@example.com"],
    startsAt: "2026-01-05T09:00:00+01:00",
    every: "P1W",
  },
  shifts: [{ user: "cyd", from: "2026-12-24T12:00:00Z", to: "2026-12-27T12:00:00Z" }],
  overrides: [{ user: "ada", from: "2026-02-01T00:00:00Z", to: "2026-02-02T00:00:00Z" }],
};
const errorsOf = (input: unknown) => {
  const parsed = RotaDocumentSchema.safeParse(input);
  return parsed.success
    ? []
    : fieldErrorsOf(parsed.error, input).map(({ pointer, detail }) => `${pointer}: ${detail}`);
};

describe("a rota as people write it", () => {
  it("is resolved to ids and moments in UTC", () => {
    const content = rotaContentOf(RotaBodySchema.parse(written), (name) => ({ id: aUserId(name), name }));
    expect(RotaContentSchema.parse(content)).toEqual({
      timeZone: "Europe/Berlin",
      rotation: {
        participants: [
          { id: aUserId("ada"), name: "ada" },
          { id: aUserId("bela@example.com"), name: "bela@example.com" },
        ],
        startsAt: "2026-01-05T08:00:00.000Z",
        everyDays: 7,
      },
      shifts: [
        {
          user: { id: aUserId("cyd"), name: "cyd" },
          from: "2026-12-24T12:00:00.000Z",
          to: "2026-12-27T12:00:00.000Z",
        },
      ],
      overrides: [
        {
          user: { id: aUserId("ada"), name: "ada" },
          from: "2026-02-01T00:00:00.000Z",
          to: "2026-02-02T00:00:00.000Z",
        },
      ],
    });
  });

  it("says where it names whom", () => {
    expect(peopleNamedIn(RotaBodySchema.parse(written))).toEqual([
      { name: "cyd", pointer: "/shifts/0/user" },
      { name: "ada", pointer: "/rotation/participants/0" },
      { name: "bela@example.com", pointer: "/rotation/participants/1" },
      { name: "ada", pointer: "/overrides/0/user" },
    ]);
  });

  it("may have shifts only, or a rotation only", () => {
    const { name, timeZone, rotation, shifts } = written;
    expect(errorsOf({ name, timeZone, rotation })).toEqual([]);
    expect(errorsOf({ name, timeZone, shifts })).toEqual([]);
    expect(errorsOf({ name, timeZone })).toEqual([
      ": found an object; expected shifts or a rotation, or both",
    ]);
  });

  it("is taken with overrides that follow each other", () => {
    const next = { user: "cyd", from: "2026-02-02T01:00:00+01:00", to: "2026-02-03T00:00:00Z" };
    const earlier = { user: "cyd", from: "2026-01-31T00:00:00Z", to: "2026-02-01T01:00:00+01:00" };
    expect(errorsOf({ ...written, overrides: [...written.overrides, next, earlier] })).toEqual([]);
  });

  it.each(["P29D", "P1M", "PT24H", "P1DT12H", "P0D", "weekly"])("has no turns of %s", (every) => {
    expect(errorsOf({ ...written, rotation: { ...written.rotation, every } })).toEqual([
      `/rotation/every: found "${every}"; expected whole days or weeks as an ISO 8601 duration, P1D to P28D`,
    ]);
  });

  it.each<readonly [object, string]>([
    [
      { timeZone: "Berlin" },
      '/timeZone: found "Berlin"; expected the name of a time zone in the IANA database, such as Europe/Berlin',
    ],
    [
      { rotation: { ...written.rotation, startsAt: "2026-01-05T09:00:00" } },
      '/rotation/startsAt: found "2026-01-05T09:00:00"; expected an RFC 3339 time with its offset, such as 2030-01-31T08:00:00Z',
    ],
    [
      { shifts: [{ user: "ada", from: "2026-01-05T10:00:00Z", to: "2026-01-05T11:00:00+01:00" }] },
      '/shifts/0/to: found "2026-01-05T11:00:00+01:00"; expected a time after 2026-01-05T10:00:00Z, when it begins',
    ],
    [
      {
        overrides: [
          ...written.overrides,
          { user: "cyd", from: "2026-02-02T00:59:59+01:00", to: "2026-02-03T00:00:00Z" },
        ],
      },
      '/overrides/1/from: found "2026-02-02T00:59:59+01:00"; expected a time when no other override is in force (number 1 is)',
    ],
    [{ participants: [] }, "/participants: found a field that does not belong here"],
  ])("says what is wrong with %j", (change, error) => {
    expect(errorsOf({ ...written, ...change })).toEqual([error]);
  });
});
