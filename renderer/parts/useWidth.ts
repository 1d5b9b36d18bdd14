import { useCallback, useState } from "react";

/** An element's width, followed while it changes; 0 until it is there. The ref may come late, as with a list that fills. */
export function useWidth<Node extends HTMLElement>() {
  const [width, setWidth] = useState(0);
  const ref = useCallback((element: Node | null) => {
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width] as const;
}
