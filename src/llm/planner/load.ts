import { PEAK_HOUR_SHARE, REQUESTS_PER_CONCURRENT_USER, REQUESTS_PER_SHOPPER, REQUESTS_PER_USER } from "./profiles.ts";
import type { Requirements } from "./requirements.ts";

const SECONDS_PER_HOUR = 3600;

/** Requests a second in the busiest hour, or `undefined` when the request says nothing of its load. */
export function peakLoad({ requestsPerSecond, concurrentUsers, dailyUsers, commerce }: Requirements): number | undefined {
  if (requestsPerSecond !== undefined) return requestsPerSecond;
  if (concurrentUsers !== undefined) return concurrentUsers * REQUESTS_PER_CONCURRENT_USER;
  if (dailyUsers === undefined) return undefined;
  return (dailyUsers * requestsPerUser(commerce) * PEAK_HOUR_SHARE) / SECONDS_PER_HOUR;
}

/** How the load was worked out, for people to check. */
export function loadInWords(requirements: Requirements): string {
  const { requestsPerSecond, concurrentUsers, dailyUsers, commerce } = requirements;
  const load = count(peakLoad(requirements) ?? 0);
  if (requestsPerSecond !== undefined) return `${load} requests a second were asked for`;
  if (concurrentUsers !== undefined) return `${count(concurrentUsers)} people at once make about ${load} requests a second`;
  const kind = commerce ? "shoppers" : "users";
  return `${count(dailyUsers ?? 0)} daily ${kind} with ${requestsPerUser(commerce)} requests each, ${PEAK_HOUR_SHARE * 100} % of them in the busiest hour, make about ${load} requests a second`;
}

/** How many daily users a load stands for. */
export function dailyUsersAt(load: number, commerce: boolean): number {
  return (load * SECONDS_PER_HOUR) / (requestsPerUser(commerce) * PEAK_HOUR_SHARE);
}

const requestsPerUser = (commerce: boolean): number => (commerce ? REQUESTS_PER_SHOPPER : REQUESTS_PER_USER);

/** A number as people write it: 1,250; small ones with a decimal. */
export function count(value: number): string {
  const rounded = value >= 100 ? Number(value.toPrecision(3)) : Math.round(value * 10) / 10;
  return rounded.toLocaleString("en-US");
}
