import { FakeAccessRequestStore } from "./stores.ts";

/** A store in which something happens once, between a read and the write that was decided on it. */
export class InterruptedStore extends FakeAccessRequestStore {
  meanwhile: () => Promise<unknown> = () => Promise.resolve();

  override async replace(...write: Parameters<FakeAccessRequestStore["replace"]>) {
    const happens = this.meanwhile;
    this.meanwhile = () => Promise.resolve();
    await happens();
    return super.replace(...write);
  }
}
