import { onCallAt } from "../../domain/rota.ts";
import type { OnCall } from "../../ports/on-call.ts";
import type { RotaStore } from "../../ports/stores.ts";

/** Who is on call by the rotas that people write to Lockstep itself. */
export const storedRotas = ({ rotas }: { readonly rotas: Pick<RotaStore, "get"> }): OnCall => ({
  onCall: async (name, at) => {
    const rota = await rotas.get(name);
    return rota && onCallAt(rota, at);
  },
});
