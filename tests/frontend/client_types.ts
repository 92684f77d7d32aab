// What the generated types must be good for; it is type-checked alone, never run.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.ts";

const api = createClient<paths>({ baseUrl: "http://127.0.0.1:8000" });

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Match = components["schemas"]["Match"];

/** Fails to compile where a type is not exactly what stands there. */
export const facts: [
  Same<Match["status"], "processing" | "extracted" | "failed" | "confirmed">,
  Same<Match["result"], "win" | "draw" | "loss" | null>,
  Same<Match["score_user"], number | null>,
  Same<Match["side"], "left" | "right" | null>,
  Same<NonNullable<Match["stats"]["possession"]>["user"], number | undefined>,
  Same<NonNullable<Match["failure"]>["detail"], string>,
  Same<components["schemas"]["ExportedMatch"]["stats"], Match["stats"]>,
  Same<components["schemas"]["ExportedMatch"]["verification"], Match["verification"]>,
  Same<components["schemas"]["Change"]["before"], string | number | boolean | null | string[]>,
  Same<keyof components["schemas"]["Problem"], "detail" | "fields" | "reason">,
] = [true, true, true, true, true, true, true, true, true, true];

export async function everyday(id: string): Promise<number> {
  const list = await api.GET("/api/matches/", {
    params: { query: { result: "win", sort: "-played_at", limit: 20 } },
  });
  if (list.error) {
    throw new Error(list.error.fields?.["limit"]?.[0] ?? list.error.detail);
  }
  const path = { match_id: id };
  const confirmed = await api.PUT("/api/matches/{match_id}/", {
    params: { path, header: { "If-Match": '"3"' } },
    body: { score_user: 4, score_opponent: 2, stats: { possession: { user: 42, opponent: 58 } } },
  });
  const corrected = await api.PATCH("/api/matches/{match_id}/", {
    params: { path },
    body: { played_at: null },
  });
  // @ts-expect-error  PUT needs both scores.
  await api.PUT("/api/matches/{match_id}/", { params: { path }, body: { score_user: 4 } });
  // @ts-expect-error  There is no such order.
  await api.GET("/api/matches/", { params: { query: { sort: "name" } } });
  // @ts-expect-error  There is no such address.
  await api.GET("/api/match/");
  const summary = await api.GET("/api/stats/summary/");
  const history = await api.GET("/api/matches/{match_id}/history/", { params: { path } });
  const entries = Array.isArray(history.data) ? history.data : [];
  const average: number | null | undefined = summary.data?.averages.possession;
  return (
    list.data.length +
    (confirmed.data?.score_user ?? 0) +
    (corrected.data?.version ?? 0) +
    (entries[0]?.version ?? 0) +
    (average ?? 0)
  );
}
