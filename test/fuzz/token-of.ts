import * as z from "zod/mini";
import { discover } from "../../local/discovery.ts";

const TokenSchema = z.object({ access_token: z.string() });

/** A token of that person, from the environment whose API is at `api`. */
export const tokenOf = async (api: string, person: string): Promise<string> => {
  const environment = await discover(Number(new URL(api).port));
  if (environment === undefined) throw new Error(`No environment answers at ${api}`);
  const body = new URLSearchParams({ person });
  const answer = await fetch(environment.personToken, { method: "POST", body });
  return TokenSchema.parse(await answer.json()).access_token;
};
