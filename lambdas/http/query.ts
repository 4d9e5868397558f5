import { DomainError } from "../core/domain/errors.ts";
import type { ApiEvent } from "./call.ts";

/**
 * The fields of a call's query. The gateway puts the values of a field that is there twice together, separated by commas
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html), which would look
 * for a text that nobody wrote: throws DomainError `invalid-query`.
 */
export const queryOf = ({ rawQueryString, queryStringParameters = {} }: ApiEvent): object => {
  const names = [...new URLSearchParams(rawQueryString).keys()];
  const repeated = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  if (repeated.length === 0) return queryStringParameters;
  throw new DomainError(
    "invalid-query",
    `The query has more than one ${repeated.join(", ")}.`,
    repeated.map((name) => ({ pointer: `/${name}`, detail: "found several; expected one" })),
  );
};
