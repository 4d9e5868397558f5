import type { AccessFlow, FlowStep } from "./access-flow.ts";
import type { RequestStep } from "./approval-step.ts";
import { beginStep } from "./approval.ts";
import type { AccessRequest, Approval, AskedExtension, Extension, RequestIn } from "./access-request.ts";
import { LONGEST_DURATION_SECONDS, durationText } from "./duration.ts";
import { DomainError } from "./errors.ts";
import { commonOf } from "./evolve.ts";
import { frozenExtensionHash } from "./frozen.ts";
import { secondsAfter, timestamp, type Timestamp } from "./ids.ts";

/*
 * More time for access that is active. It moves the expiry from where it is, never from now, so that nothing is lost or
 * won by asking early or late; and what is asked for, given and left over counts against one cap, the flow's longest
 * duration.
 */

/** What a flow says of extensions. A flow that says nothing allows none. */
interface ExtensionRules {
  readonly maxExtensions: number;
  /** The longest single extension. */
  readonly longestSeconds: number;
  /** Who has to approve one; empty: nobody. */
  readonly steps: readonly FlowStep[];
}

/** What the flow says of extensions, with what it means where it says nothing. */
export const extensionRulesOf = ({ settings, duration, approval }: AccessFlow): ExtensionRules => ({
  maxExtensions: settings.maxExtensions ?? 0,
  longestSeconds: Math.min(settings.extensionSeconds ?? duration.maxSeconds, duration.maxSeconds),
  steps: (settings.extensionNeedsApproval ?? true) ? approval.steps : [],
});

/** How long the access lasts in all, with every extension that was given. */
export const totalSeconds = ({
  durationSeconds,
  extensions = [],
}: Pick<AccessRequest, "durationSeconds" | "extensions">): number =>
  extensions.reduce((total, extension) => total + extension.durationSeconds, durationSeconds);

/** The longest that the access may last in all under a flow. */
const capOf = ({ duration }: Pick<AccessFlow, "duration">): number =>
  Math.min(duration.maxSeconds, LONGEST_DURATION_SECONDS);

/**
 * The request as one that can be extended at `now`; throws DomainError `not-active`, `extension-pending`, or
 * `extension-not-allowed` for what an automatic flow gave. An
 * extension that nobody can decide any more is in nobody's way.
 */
export const extendable = (request: AccessRequest, now: Date): RequestIn<"active"> => {
  if (request.automatic !== undefined) {
    throw new DomainError(
      "extension-not-allowed",
      `This access comes by the automatic access flow ${request.flow.name}: it goes on by itself for as long as the flow is for you, and nobody extends it.`,
    );
  }
  if (request.status !== "active" || timestamp(now) >= request.expiresAt) {
    const found = request.status === "active" ? `past its expiry (${request.expiresAt})` : request.status;
    throw new DomainError(
      "not-active",
      `This request is ${found}; only one that is active, before its expiry, can be extended. Ask for new access with POST /requests.`,
    );
  }
  const waiting = request.extension;
  if (waiting !== undefined && timestamp(now) < waiting.deadline) {
    throw new DomainError(
      "extension-pending",
      `An extension by ${waiting.duration} waits for approval until ${waiting.deadline}; wait for its decision, or until then.`,
    );
  }
  return request;
};

/**
 * Throws DomainError `extension-not-allowed`, `too-many-extensions` or `duration-above-maximum` unless the flow allows
 * so many more seconds.
 */
export const assertWithinRules = (
  request: RequestIn<"active">,
  flow: AccessFlow,
  asked: { readonly duration: string; readonly seconds: number },
): void => {
  const { maxExtensions, longestSeconds } = extensionRulesOf(flow);
  const given = request.extensions?.length ?? 0;
  if (maxExtensions === 0) {
    throw new DomainError(
      "extension-not-allowed",
      `Access flow ${flow.name} allows no extensions. Ask for new access when this one ends.`,
    );
  }
  if (given >= maxExtensions) {
    throw new DomainError(
      "too-many-extensions",
      `This access was extended ${times(given)}; access flow ${flow.name} allows that ${times(maxExtensions)}. Ask for new access when it ends.`,
    );
  }
  if (asked.seconds > longestSeconds) {
    throw tooLong(
      `asked for ${asked.duration} more; access flow ${flow.name} allows at most ${durationText(longestSeconds)} at a time`,
    );
  }
  const left = capOf(flow) - totalSeconds(request);
  if (asked.seconds > left) {
    const rest = left > 0 ? `at most ${durationText(left)} more can be asked for` : "nothing is left of that";
    throw tooLong(
      `with ${asked.duration} more the access would last ${durationText(totalSeconds(request) + asked.seconds)} in all; access flow ${flow.name} allows ${durationText(capOf(flow))}, so that ${rest}`,
    );
  }
};

const times = (count: number): string => (count === 1 ? "once" : `${String(count)} times`);

const tooLong = (detail: string): DomainError =>
  new DomainError("duration-above-maximum", `The extension is too long: ${detail}.`, [
    { pointer: "/duration", detail },
  ]);

/** Nobody can decide after the step's time, nor once the access is over. */
const deadlineOf = (expiresAt: Timestamp, { withinSeconds }: RequestStep, now: Date): Timestamp => {
  const within = secondsAfter(now, withinSeconds);
  return within < expiresAt ? within : expiresAt;
};

type Asked = Pick<AskedExtension, "by" | "duration" | "durationSeconds" | "justification">;

/** More time that waits for its first step, by the flow as it is now. */
export const askedExtension = (
  request: RequestIn<"active">,
  asked: Asked,
  { approval, version }: { readonly approval: Approval; readonly version: AccessFlow["version"] },
  first: RequestStep,
  now: Date,
): AskedExtension & { readonly frozen: NonNullable<AskedExtension["frozen"]> } => {
  const extension = { ...asked, askedAt: timestamp(now), approval: beginStep(approval, now) };
  return {
    ...extension,
    deadline: deadlineOf(request.expiresAt, first, now),
    frozen: { flowVersion: version, hash: frozenExtensionHash(request, extension, version) },
  };
};

/** The same, waiting for its next step. */
export const atNextStep = (
  { expiresAt }: RequestIn<"active">,
  extension: AskedExtension,
  approval: Approval,
  next: RequestStep,
  now: Date,
): AskedExtension => ({
  ...extension,
  approval: beginStep(approval, now),
  deadline: deadlineOf(expiresAt, next, now),
});

/** The request without the extension that waited. */
export const unextended = (request: RequestIn<"active">) => ({
  ...commonOf(request),
  activeAt: request.activeAt,
  expiresAt: request.expiresAt,
});

/** What changes when more time is given: the expiry moves from where it is. */
export const withMoreTime = (
  { expiresAt, extensions = [] }: Pick<RequestIn<"active">, "expiresAt" | "extensions">,
  asked: Asked & Pick<AskedExtension, "frozen">,
  decisions: Approval["decisions"],
  now: Date,
): { readonly expiresAt: Timestamp; readonly extensions: Extension[] } => {
  const extended = secondsAfter(new Date(expiresAt), asked.durationSeconds);
  const { by, duration, durationSeconds, justification, frozen } = asked;
  const given = {
    by,
    duration,
    durationSeconds,
    justification,
    at: timestamp(now),
    expiresAt: extended,
    decisions,
    ...(frozen === undefined ? {} : { frozen }),
  };
  return { expiresAt: extended, extensions: [...extensions, given] };
};
