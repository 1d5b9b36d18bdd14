/** Whether screens explain themselves in full; turned off by those who know, and kept in this browser. */
import { createContext } from "react";
import { create } from "zustand";

const KEY = "secondlook.explain";

export const useExplaining = create<{ on: boolean }>(() => ({ on: localStorage.getItem(KEY) !== "off" }));

export function setExplaining(on: boolean): void {
  localStorage.setItem(KEY, on ? "on" : "off");
  useExplaining.setState({ on });
}

/** Where true, cards write their explanation out instead of keeping it behind a mark. */
export const Explained = createContext(false);
