import type { AccessFlowBody } from "../contracts/access-flow.ts";
import type { AccessFlow } from "../domain/access-flow.ts";
import { editorsAfterSave } from "../domain/configuration/confirmation.ts";
import type { Author } from "../domain/configuration/entry.ts";
import { DomainError } from "../domain/errors.ts";
import { hashOf } from "../domain/hash.ts";
import { FlowNameSchema, timestamp, type FlowName } from "../domain/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { AccessFlowStore } from "../ports/stores.ts";
import { changeConfiguration } from "./configuration/change-configuration.ts";
import type { NameDependencies } from "./configuration/name-resolver.ts";
import { resolveAccessFlow, type FlowContent } from "./configuration/resolve-access-flow.ts";

interface Dependencies extends NameDependencies {
  readonly flows: Pick<AccessFlowStore, "head" | "put" | "delete">;
  readonly clock: Pick<Clock, "now">;
}

interface SaveInput {
  readonly author: Author;
  readonly name: string;
  readonly flow: AccessFlowBody;
}

/**
 * Makes or replaces an access flow. Every name becomes an id now; one that is unknown or ambiguous refuses the whole
 * flow, with all such names in the error, and nothing is written. Saving what is there already writes nothing.
 */
export const saveAccessFlow =
  (dependencies: Dependencies) =>
  async ({ author, name, flow }: SaveInput): Promise<AccessFlow> => {
    const flowName = nameOf(name, flow);
    const content = await resolveAccessFlow(dependencies, flow);
    const { flows, clock } = dependencies;
    const change = changeConfiguration<AccessFlow>({ kind: "access-flow", store: flows, clock });
    return change(flowName, author, (current, version): AccessFlow => {
      if (current !== undefined && hashOf(contentOf(current)) === hashOf(content)) return current;
      return {
        name: flowName,
        version,
        ...content,
        updatedAt: timestamp(clock.now()),
        updatedBy: nameOfActor(author.actor),
        unconfirmedEditors: editorsAfterSave(current, author.actor),
      };
    });
  };

const nameOfActor = (actor: Author["actor"]): string => (actor.type === "user" ? actor.userId : actor.name);

const contentOf = ({
  name: _name,
  version: _version,
  updatedAt: _updatedAt,
  updatedBy: _updatedBy,
  unconfirmedEditors: _unconfirmedEditors,
  ...content
}: AccessFlow): FlowContent => content;

const nameOf = (name: string, flow: AccessFlowBody): FlowName => {
  const parsed = FlowNameSchema.safeParse(name);
  if (parsed.success && (flow.name === undefined || flow.name === parsed.data)) return parsed.data;
  const detail = parsed.success
    ? `found ${JSON.stringify(flow.name)}; expected the path's name ${JSON.stringify(name)}, or no name`
    : `found ${JSON.stringify(name)}; expected 1 to 64 letters, digits, - and _, starting with a letter or digit`;
  throw new DomainError("invalid-access-flow", `The access flow's name: ${detail}.`, [
    { pointer: "/name", detail },
  ]);
};
