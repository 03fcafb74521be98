import { Toast } from "@base-ui/react/toast";
import { useEffect } from "react";
import { Icon } from "./icon.js";

const SHOWN_MS = 6_000;
const manager = Toast.createToastManager();

interface ToastListProps {
  readonly waiting: readonly string[];
  readonly taken: () => void;
}

export function ToastList({ waiting, taken }: ToastListProps) {
  useEffect(() => {
    if (waiting.length === 0) return;
    for (const title of waiting) manager.add({ title, timeout: SHOWN_MS });
    taken();
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
      <Toast.Close className="icon-btn" aria-label="Close">
        <Icon name="x" size={12} />
      </Toast.Close>
    </Toast.Root>
  ));
}
