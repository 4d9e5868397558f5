import { CommandError } from "../cli/command.ts";
import { assertPortIsFree } from "../loopback-server.ts";

interface Ports {
  readonly apiPort: number;
  readonly awsPort: number;
}

/** Whoever starts a second environment has forgotten the first one more often than not. */
const adviceOn = (option: string) =>
  `perhaps another Lockstep runs there; stop it, or choose another port with ${option} N (0: any free one)`;

/** Throws CommandError or PortInUseError now, naming the option, rather than when all the rest has been started. */
export const assertPortsAreFree = async ({ apiPort, awsPort }: Ports): Promise<void> => {
  if (apiPort === awsPort && apiPort !== 0)
    throw new CommandError(
      `Options --port and --aws-port are both ${String(apiPort)}: expected two different ports, or 0 for any free one.`,
    );
  await assertPortIsFree(apiPort, adviceOn("--port"));
  await assertPortIsFree(awsPort, adviceOn("--aws-port"));
};
