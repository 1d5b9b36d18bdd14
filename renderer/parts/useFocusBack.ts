import { useState } from "react";

/**
 * For dialogs that are opened by state and not by a trigger of theirs: the focus goes back to where it was before they
 * opened. Pass it to the dialog's content.
 */
export function useFocusBack(): { readonly onCloseAutoFocus: (event: Event) => void } {
  const [before] = useState(() => document.activeElement);
  return {
    onCloseAutoFocus: (event) => {
      event.preventDefault();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    },
  };
}
