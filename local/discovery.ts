import * as z from "zod/mini";

/** Where a running environment says what it is; no route of the API, and served on this machine only. */
export const DISCOVERY_PATH = "/.well-known/lockstep-local";

export const DEFAULT_API_PORT = 8787;
export const DEFAULT_AWS_PORT = 8788;

/** The addresses of a running environment. */
export const DiscoverySchema = z.object({
  api: z.string(),
  aws: z.string(),
  issuer: z.string(),
  /** Where a bearer token is asked for on a person's behalf. */
  personToken: z.string(),
  /** The region that the app is deployed in. */
  region: z.string(),
});
export type Discovery = z.infer<typeof DiscoverySchema>;

/** Asks the environment on `port` for its addresses; undefined when nothing of ours answers there. */
export const discover = async (port: number): Promise<Discovery | undefined> => {
  try {
    const response = await fetch(`http://127.0.0.1:${String(port)}${DISCOVERY_PATH}`);
    const discovery = DiscoverySchema.safeParse(await response.json());
    return discovery.success ? discovery.data : undefined;
  } catch {
    return undefined;
  }
};
