import type { ShiftDocument } from "../../core/contracts/configuration/rota.ts";
import type { OnCallView, RotaView } from "../../core/contracts/http/rotas.ts";
import { timestamp } from "../../core/domain/ids.ts";
import { onCallAt, type Participant, type Rota, type Shift } from "../../core/domain/rota.ts";

/** A rota as it was written, with its moments in UTC. */
export const rotaView = (rota: Rota): RotaView => ({
  name: rota.name,
  timeZone: rota.timeZone,
  shifts: rota.shifts.map(shiftDocument),
  ...(rota.rotation === undefined
    ? {}
    : {
        rotation: {
          participants: rota.rotation.participants.map(({ name }) => name),
          startsAt: rota.rotation.startsAt,
          every: `P${String(rota.rotation.everyDays)}D`,
        },
      }),
  overrides: rota.overrides.map(shiftDocument),
  version: rota.version,
  updatedAt: rota.updatedAt,
  updatedBy: rota.updatedBy,
  unconfirmedEditors: rota.unconfirmedEditors ?? [],
});

const shiftDocument = ({ user, from, to }: Shift): ShiftDocument => ({ user: user.name, from, to });

/** Who is on call by the rota then, under the names that it gives them. */
export const onCallView = (rota: Rota, at: Date): OnCallView => {
  const named = new Map(participantsOf(rota).map(({ id, name }) => [id, name]));
  return {
    at: timestamp(at),
    onCall: onCallAt(rota, at).map((id) => ({ id, name: named.get(id) ?? id })),
  };
};

const participantsOf = ({ shifts, rotation, overrides }: Rota): readonly Participant[] => [
  ...shifts.map(({ user }) => user),
  ...(rotation?.participants ?? []),
  ...overrides.map(({ user }) => user),
];
