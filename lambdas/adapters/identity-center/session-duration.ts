/** Permission sets' `SessionDuration` when none was chosen (https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html). */
export const USUAL_SESSION_DURATION = "PT1H";
