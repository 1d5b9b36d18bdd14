import { useEffect, useRef, useState } from "react";

/** Whether an element is on screen or near it: what nobody sees is neither asked for nor drawn. */
export function useVisible<Node extends HTMLElement>() {
  const ref = useRef<Node>(null);
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => setVisible(entry!.isIntersecting), { rootMargin: "160px" });
    if (ref.current) observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, visible] as const;
}
