// The SharedWorker: one hub for all tabs of an account. It asks a tab for a token before each attempt and keeps none.
import type { ConnectionOptions } from './connection';
import { Hub, type FromTab } from './hub';

let hub: Hub | undefined;
(self as unknown as SharedWorkerGlobalScope).onconnect = ({ ports: [port] }) => {
  port!.onmessage = ({ data }: MessageEvent<FromTab & { readonly options?: Omit<ConnectionOptions, 'token'> }>) => {
    hub ??= new Hub(data.options!);
    hub.from(port, data, (message) => port!.postMessage(message));
  };
};
