/** Where the page is, in the part of the address after `#`: `#/templates/redis-cluster` can be kept and sent around. Pure. */
export type Place =
  | { page: "build" }
  | { page: "templates"; id?: string }
  | { page: "deployments"; id?: string }
  | { page: "nowhere" };

export function placeOf(hash: string): Place {
  const [page = "", id, ...more] = hash.replace(/^#?\/?/, "").split("/");
  if (page === "" && id === undefined) return { page: "build" };
  if ((page !== "templates" && page !== "deployments") || more.length > 0) return { page: "nowhere" };
  return id === undefined || id === "" ? { page } : { page, id: decoded(id) };
}

export function hashOf(place: Place): string {
  if (place.page === "templates" || place.page === "deployments") {
    return place.id === undefined ? `#/${place.page}` : `#/${place.page}/${encodeURIComponent(place.id)}`;
  }
  return "#/";
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not encoded at all: what somebody typed.
    return text;
  }
}
