import { describe, expect, it } from "vitest";
import { plainReason } from "../../../../lambdas/core/domain/plain-reason.ts";

describe("a reason in plain words", () => {
  it.each([
    [
      "ConflictException: There is a conflict",
      "AWS is still busy with an earlier change of the same access (ConflictException)",
    ],
    [
      "ThrottlingException: Rate exceeded",
      "AWS asks to slow down, because too many calls come at once (ThrottlingException)",
    ],
    [
      "ServiceQuotaExceededException: Too many",
      "a quota of AWS is used up; it has to be raised, or something else has to end first (ServiceQuotaExceededException)",
    ],
    [
      "AccessDeniedException: User: arn:aws:sts::1:assumed-role/x is not authorized",
      "AWS does not let Lockstep do this: a policy of its role, or of the organization, is in the way (AccessDeniedException)",
    ],
    ["TimeoutError: socket hang up", "AWS did not answer in time (TimeoutError)"],
    ["States.Timeout", "Lockstep's own function took too long (States.Timeout)"],
    [
      "RevokeUnfinished: ThrottlingException: Rate exceeded",
      "AWS asks to slow down, because too many calls come at once (ThrottlingException)",
    ],
    [
      "AWS SSO is unable to complete your request at this time. Obtaining permissions to manage your AWS account '444444444444' is taking longer than usual. Please try again in a few minutes. If this problem continues, contact AWS Support.",
      "AWS cannot reach account 444444444444 at the moment: it is suspended or closed, or AWS has not finished setting it up",
    ],
    [
      "Received a 404 status error: the USER assignee 1-2 was not found in directory d-1",
      "the user or group that has the access (USER 1-2) no longer exists in Identity Center",
    ],
  ])("%s", (reason, sentence) => {
    expect(plainReason(reason)).toBe(sentence);
  });

  it.each([
    "the same access of an earlier request is being removed",
    "AWS is still deleting the assignment",
    "waits for its turn",
    "Expired",
    "",
  ])("leaves Lockstep's own words alone: %s", (reason) => {
    expect(plainReason(reason)).toBe(reason);
  });

  it("says what an unforeseen error is called, and nothing of what is in it", () => {
    expect(plainReason("TypeError: cannot read secret of undefined")).toBe(
      "an error that Lockstep has no words for (TypeError); its log says more",
    );
  });

  it("says the same reason of several accesses once", () => {
    const conflict = "ConflictException: There is a conflict";
    expect(
      plainReason(`RevokeUnfinished: ${conflict}; ${conflict}; AWS is still deleting the assignment`),
    ).toBe(
      "AWS is still busy with an earlier change of the same access (ConflictException); AWS is still deleting the assignment",
    );
  });
});
