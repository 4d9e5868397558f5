/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object, as the AWS JSON protocols carry it. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}
