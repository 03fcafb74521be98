import { Toast } from "@base-ui/react/toast";
import { ConnectError } from "@connectrpc/connect";
import { useEffect } from "react";
import { Icon } from "./icon.js";
import type { Said } from "./toasts.js";

const SHOWN_MS = 6_000;
const manager = Toast.createToastManager();

interface ToastListProps {
  readonly waiting: readonly Said[];
  readonly taken: () => void;
}

function show({ text, undo }: Said): void {
  const id = manager.add({
    title: text,
    timeout: SHOWN_MS,
    ...(undo === undefined
      ? {}
      : { actionProps: { children: undo.label, onClick: () => void takeBack(id, undo.run) } }),
  });
}

async function takeBack(id: string, run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
    manager.close(id);
  } catch (reason) {
    manager.update(id, { title: ConnectError.from(reason).rawMessage, timeout: 0 });
  }
}

export function ToastList({ waiting, taken }: ToastListProps) {
  useEffect(() => {
    if (waiting.length === 0) return;
    // To show one may draw this anew at once, and then it must not be among those that wait.
    taken();
    for (const one of waiting) show(one);
  }, [waiting, taken]);
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast">
      <Icon name="check" />
      <Toast.Title render={<span />} />
      <Toast.Action className="btn btn-quiet" />
      <Toast.Close className="icon-btn" aria-label="Close">
        <Icon name="x" size={12} />
      </Toast.Close>
    </Toast.Root>
  ));
}
