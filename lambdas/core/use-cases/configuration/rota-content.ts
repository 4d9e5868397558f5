import { turnLengthDays, type RotaBody, type ShiftDocument } from "../../contracts/configuration/rota.ts";
import { timestamp, type Timestamp } from "../../domain/ids.ts";
import type { Participant, RotaContent, Shift } from "../../domain/rota.ts";

/** A person as a rota names them, and where. */
export interface NamedPerson {
  readonly name: string;
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
}

/** Everybody that a rota names, as often as it does. */
export const peopleNamedIn = ({ shifts, rotation, overrides }: RotaBody): readonly NamedPerson[] => [
  ...shifts.map(({ user }, index) => ({ name: user, pointer: `/shifts/${String(index)}/user` })),
  ...(rotation?.participants ?? []).map((name, index) => ({
    name,
    pointer: `/rotation/participants/${String(index)}`,
  })),
  ...overrides.map(({ user }, index) => ({ name: user, pointer: `/overrides/${String(index)}/user` })),
];

/** A rota by ids and moments in UTC. `participantNamed` knows everybody whom `peopleNamedIn` names. */
export const rotaContentOf = (
  { timeZone, shifts, rotation, overrides }: RotaBody,
  participantNamed: (name: string) => Participant,
): RotaContent => {
  const shiftOf = ({ user, from, to }: ShiftDocument): Shift => ({
    user: participantNamed(user),
    from: inUtc(from),
    to: inUtc(to),
  });
  return {
    timeZone,
    shifts: shifts.map(shiftOf),
    ...(rotation === undefined
      ? {}
      : {
          rotation: {
            participants: rotation.participants.map(participantNamed),
            startsAt: inUtc(rotation.startsAt),
            everyDays: turnLengthDays(rotation.every),
          },
        }),
    overrides: overrides.map(shiftOf),
  };
};

const inUtc = (moment: string): Timestamp => timestamp(new Date(moment));
