import { signal } from "@preact/signals";
import { hashOf, type Place, placeOf } from "./place.ts";

/** The place the page is at, kept in step with the address. */
export const place = signal<Place>({ page: "build" });

export function go(to: Place): void {
  location.hash = hashOf(to);
}

/** Keeps `place` in step with the address. */
export function followAddress(): void {
  const read = () => {
    place.value = placeOf(location.hash);
  };
  addEventListener("hashchange", read);
  read();
}
