/*
 * Why something at AWS is not done, in a sentence for people. What is stored is what the provider or the workflow said:
 * `ThrottlingException: Rate exceeded`, a FAILED operation's own sentence, or words of Lockstep's. AWS's name of an error
 * stays visible, in parentheses, for whoever wants to look it up.
 */

interface Meaning {
  readonly found: RegExp;
  /** `$1`, `$2`: what the expression found. */
  readonly sentence: string;
}

/**
 * AWS's own sentences of operations that ended FAILED; local/identity-center/operation-rules.ts says where each is known
 * from. Some of them are in front of an error's name, so that they come first.
 */
const awsSentences: readonly Meaning[] = [
  {
    found: /Obtaining permissions to manage your AWS account '(\d{12})' is taking longer than usual/,
    sentence:
      "AWS cannot reach account $1 at the moment: it is suspended or closed, or AWS has not finished setting it up",
  },
  {
    found: /the (USER|GROUP) assignee (\S+) was not found in directory/,
    sentence: "the user or group that has the access ($1 $2) no longer exists in Identity Center",
  },
  {
    found: /EntitlementItem doesn't exist/,
    sentence: "AWS says that this access does not exist, while it still shows it",
  },
];

/** By the error's name, at the beginning of a reason or behind another name: `RevokeUnfinished: ConflictException: …`. */
const errorMeanings: Readonly<Record<string, string>> = {
  ConflictException: "AWS is still busy with an earlier change of the same access",
  ThrottlingException: "AWS asks to slow down, because too many calls come at once",
  Throttling: "AWS asks to slow down, because too many calls come at once",
  ThrottledException: "AWS asks to slow down, because too many calls come at once",
  TooManyRequestsException: "AWS asks to slow down, because too many calls come at once",
  RequestLimitExceeded: "AWS asks to slow down, because too many calls come at once",
  ServiceQuotaExceededException:
    "a quota of AWS is used up; it has to be raised, or something else has to end first",
  AccessDeniedException:
    "AWS does not let Lockstep do this: a policy of its role, or of the organization, is in the way",
  AccessDenied:
    "AWS does not let Lockstep do this: a policy of its role, or of the organization, is in the way",
  ResourceNotFoundException:
    "the account, the permission set or the Identity Center instance does not exist any more",
  ValidationException: "AWS did not accept the call",
  InternalServerException: "AWS had a fault of its own",
  InternalServerError: "AWS had a fault of its own",
  InternalFailure: "AWS had a fault of its own",
  ServiceUnavailable: "AWS is not available at the moment",
  ServiceUnavailableException: "AWS is not available at the moment",
  TimeoutError: "AWS did not answer in time",
  AbortError: "AWS did not answer in time",
  RequestTimeout: "AWS did not answer in time",
  RequestTimeoutException: "AWS did not answer in time",
  "States.Timeout": "Lockstep's own function took too long",
  "Sandbox.Timedout": "Lockstep's own function took too long",
  "Lambda.Unknown": "Lockstep's own function was stopped before it was done",
  "Runtime.ExitError": "Lockstep's own function was stopped before it was done",
  "Lambda.TooManyRequestsException": "all of the account's Lambda concurrency is in use",
  "Lambda.ServiceException": "AWS Lambda had a fault of its own",
  "Lambda.AWSLambdaException": "AWS Lambda had a fault of its own",
  "Lambda.SdkClientException": "the connection to Lockstep's own function was lost",
  StoreUnavailable: "Lockstep's table did not answer, or asks to slow down",
  ProviderUnavailable: "AWS did not answer, or asks to slow down",
  DirectoryUnavailable: "the directory did not answer, or asks to slow down",
  WorkflowUnavailable: "Step Functions did not answer, or asks to slow down",
  ConcurrentModification: "something else changed the same request at the same time",
  GrantUnfinished: "the access is not there yet",
  RevokeUnfinished: "the access is not gone yet",
};

/** An error's name and its message, as errors are written down: `Name: message`. */
const namedError = /^([A-Z][A-Za-z]*(?:\.[A-Z][A-Za-z]+)?)(?:: (.*))?$/s;

/** Names that say only that one of AWS's or Lockstep's own follows. */
const wrappers: ReadonlySet<string> = new Set(["RevokeUnfinished", "GrantUnfinished", "ProviderUnavailable"]);

const sentenceOf = (text: string): string | undefined => {
  for (const { found, sentence } of awsSentences) {
    const match = found.exec(text);
    if (match !== null)
      return sentence.replaceAll(/\$(\d)/g, (_, index: string) => match[Number(index)] ?? "");
  }
  return undefined;
};

const plainly = (text: string): string => {
  const [, name, message] = namedError.exec(text) ?? [];
  if (name !== undefined && message !== undefined && wrappers.has(name)) return plainReason(message);
  const sentence = sentenceOf(text);
  if (sentence !== undefined) return sentence;
  if (name === undefined) return text;
  const meaning = errorMeanings[name];
  if (meaning !== undefined) return `${meaning} (${name})`;
  // A name alone could be the first word of a sentence; what an error says that nobody foresaw is for the log.
  return message === undefined
    ? text
    : `an error that Lockstep has no words for (${name}); its log says more`;
};

/** A reason that was written down for an attempt that came to nothing, as a sentence without its full stop. */
export const plainReason = (reason: string): string =>
  [...new Set(reason.split("; ").map(plainly))].join("; ");
