// Every function of the guide, used against a running copy.
import { connect, signIn, signOut, type Match, type Tracker } from "./client.ts";
import { confirm } from "./confirming.ts";
import { exported } from "./exporting.ts";
import { watch, type Kind } from "./live.ts";
import { agree, disagree, isAsked, linkFor, offered, table } from "./friends.ts";
import { all, page } from "./lists.ts";
import { addressOf, freshAddressOf } from "./pictures.ts";
import { formErrors, Refused } from "./refused.ts";
import { upload } from "./upload.ts";

interface Place {
  address: string;
  unsteady: string; // the same API, behind a line that breaks
  email: string;
  password: string;
  picture: string; // in base64
}

export async function journey(place: Place): Promise<void> {
  const tracker = connect(place.address);
  const picture = new Blob([Uint8Array.from(atob(place.picture), (c) => c.charCodeAt(0))]);
  await wrongPasswordIsRefused(tracker, place);
  await signIn(tracker, place.email, place.password);
  const first = await uploadTellsProgress(tracker, picture);
  await aBrokenLineGivesOneMatch(tracker, place, picture);
  await manyRequestsRefreshOnce(tracker);
  await aFormShowsWhatIsWrong(tracker, first);
  const confirmed = await aConfirmationIsShownAtOnce(tracker, first);
  await anotherPhoneWasQuicker(tracker, first, confirmed);
  await listsLeadFromPageToPage(tracker);
  await twoPlayersShareAMatch(tracker, place, first);
  await picturesNeedNoToken(tracker, first);
  await everythingIsAFile(tracker);
  await aReadingIsSeenThroughABrokenLine(tracker, place, picture);
  await whoSignsOutIsOut(tracker);
}

async function wrongPasswordIsRefused(tracker: Tracker, place: Place): Promise<void> {
  const refused = await refusalOf(signIn(tracker, place.email, "wrong goalposts"));
  same(refused.status, 401);
  same(formErrors(refused.problem, ["email"]).above, [refused.problem.detail]);
}

async function uploadTellsProgress(tracker: Tracker, picture: Blob): Promise<Match> {
  const told: number[] = [];
  const match = await upload(tracker.session, {
    picture,
    opponentName: "Yassine",
    onProgress: (fraction) => told.push(fraction),
  });
  same(match.status, "extracted");
  same(told.at(-1), 1);
  const refused = await refusalOf(
    upload(tracker.session, { picture: new Blob(["no picture"]), opponentName: "Yassine" }),
  );
  same(refused.status, 415);
  return match;
}

async function aBrokenLineGivesOneMatch(
  { session, api }: Tracker,
  place: Place,
  picture: Blob,
): Promise<void> {
  const before = await count(api);
  const elsewhere = connect(place.unsteady).session;
  elsewhere.begin({ access: session.access ?? "", refresh: session.refresh ?? "" });
  const match = await upload(elsewhere, { picture, opponentName: "Omar" });
  same(match.opponent_name, "Omar");
  same(await count(api), before + 1);
}

async function manyRequestsRefreshOnce({ session, api }: Tracker): Promise<void> {
  session.begin({ access: "worn.out.token", refresh: session.refresh ?? "" });
  const path = { match_id: "00000000-0000-4000-8000-000000000000" };
  const answers = await Promise.all([
    api.GET("/api/auth/me/"),
    api.GET("/api/matches/"),
    api.PATCH("/api/auth/me/", { body: { display_name: "Amina" } }), // its body goes twice
    api.GET("/api/matches/{match_id}/", { params: { path } }),
  ]);
  same(answers.map(({ response }) => response.status), [200, 200, 200, 404]);
  const audit = await api.GET("/api/auth/audit/");
  same(audit.data?.filter(({ kind }) => kind === "refreshed").length, 1);
}

async function aFormShowsWhatIsWrong({ api }: Tracker, match: Match): Promise<void> {
  const numbers = { score_user: 100, score_opponent: 0, stats: { possession: { user: 101 } } };
  const refused = await refusalOf(confirm(api, match, numbers, () => {}));
  const errors = formErrors(refused.problem, ["score_user", "stats"]);
  same(Object.keys(errors.beside).sort(), ["score_user", "stats"]);
  same(errors.above, []);
  same(formErrors(refused.problem, ["opponent_name"]).above.length, 2);
}

async function aConfirmationIsShownAtOnce({ api }: Tracker, match: Match): Promise<Match> {
  const shown: Match[] = [];
  const numbers = { score_user: 4, score_opponent: 2 };
  same(await confirm(api, match, numbers, (each) => shown.push(each)), true);
  same(shown.map(({ version }) => version), [match.version, match.version + 1]);
  same(shown.map(({ score_user }) => score_user), [4, 4]);
  same(shown.at(-1)?.result, "win");
  return shown[1] ?? match;
}

async function anotherPhoneWasQuicker(
  { api }: Tracker,
  old: Match,
  present: Match,
): Promise<void> {
  const shown: Match[] = [];
  const numbers = { score_user: 0, score_opponent: 9 };
  same(await confirm(api, old, numbers, (each) => shown.push(each)), false);
  same(shown.map(({ score_user }) => score_user), [0, old.score_user, 4]);
  same(shown.at(-1)?.version, present.version);
}

async function listsLeadFromPageToPage({ api }: Tracker): Promise<void> {
  const matches: Match[] = [];
  for await (const match of all(api, { limit: 1 })) {
    matches.push(match);
  }
  same(matches.map(({ opponent_name }) => opponent_name), ["Omar", "Yassine"]);
  same((await page(api, { result: "win" })).next, undefined);
  same((await refusalOf(page(api, { cursor: "x" }))).status, 400);
}

async function picturesNeedNoToken({ session, api }: Tracker, match: Match): Promise<void> {
  for (const which of ["screenshot", "thumbnail"] as const) {
    const address = addressOf(match, which, session.address);
    const answer = await fetch(address);
    same(answer.status, 200);
    same(answer.headers.get("Content-Type")?.startsWith("image/"), true);
    await answer.arrayBuffer();
    same(new URL((await freshAddressOf(api, match, which, session.address)) ?? "").pathname,
      new URL(address).pathname);
  }
}

async function everythingIsAFile({ session }: Tracker): Promise<void> {
  const sheet = await exported(session, "csv");
  same(/^efootball-matches-\d{4}-\d{2}-\d{2}\.csv$/.test(sheet.name), true);
  same((await sheet.content.text()).split("\r\n").length, 4); // the head, two matches, the end
  const { content } = await exported(session, "json");
  same(JSON.parse(await content.text()).length, 2);
}

async function aReadingIsSeenThroughABrokenLine(
  tracker: Tracker,
  place: Place,
  picture: Blob,
): Promise<void> {
  const elsewhere = connect(place.unsteady);
  const { access, refresh } = tracker.session;
  elsewhere.session.begin({ access: access ?? "", refresh: refresh ?? "" });
  const told: [Kind, string][] = [];
  let id = "";
  await new Promise<void>((resolve, reject) => {
    const begin = async (): Promise<void> => {
      const match = await upload(tracker.session, { picture, opponentName: "Live" });
      id = match.id;
    };
    const stop = watch(
      elsewhere,
      (kind, change) => {
        told.push([kind, change.match_id]);
        if (kind === "extracted" && change.match?.status === "extracted") {
          stop();
          resolve();
        }
      },
      () => void begin().catch(reject),
    );
  });
  const kinds = told.filter(([kind]) => kind !== "reading").map(([kind]) => kind);
  same(kinds, ["uploaded", "extracted"]);
  same(new Set(told.map(([, each]) => each)).size, 1);
  same(id === "" || told[0]?.[1] === id, true);
}

async function twoPlayersShareAMatch(
  { api }: Tracker,
  place: Place,
  { id }: Match,
): Promise<void> {
  const friend = connect(place.address);
  const email = `friend.of.${place.email}`;
  const body = { email, password: place.password };
  same((await friend.api.POST("/api/auth/register/", { body })).response.status, 201);
  await signIn(friend, email, place.password);
  const path = { match_id: id };
  const own = (await api.GET("/api/matches/{match_id}/", { params: { path } })).data as Match;
  const code = (await linkFor(api, own)).split("/").at(-1) ?? "";
  const seen = await offered(friend.api, code);
  same([seen.score_user, seen.score_opponent], [own.score_opponent, own.score_user]);
  same(isAsked(seen), true);
  const key = crypto.randomUUID();
  same((await agree(friend.api, code, key)).verification, "verified");
  same((await agree(friend.api, code, key)).verification, "verified");
  same((await refusalOf(agree(friend.api, code, crypto.randomUUID()))).status, 409);
  same((await table(api)).length, 2);
  same((await table(api, "2100-01-01T00:00:00Z"))[0]?.played, 0);
  const numbers = { score_user: 7 };
  const corrected = await friend.api.PATCH("/api/matches/{match_id}/", {
    params: { path },
    body: numbers,
  });
  same(corrected.data?.verification, "requested");
  const disputed = await disagree(api, own, { reason: "It was as I said." });
  same(disputed.verification, "disputed");
}

async function whoSignsOutIsOut(tracker: Tracker): Promise<void> {
  await signOut(tracker);
  const { response } = await tracker.api.GET("/api/auth/me/");
  same(response.status, 401);
}

async function count(api: Tracker["api"]): Promise<number> {
  return (await page(api, {})).matches.length;
}

async function refusalOf(promise: Promise<unknown>): Promise<Refused> {
  const refused = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (refused instanceof Refused) {
    return refused;
  }
  throw new Error(`It was not refused: ${String(refused)}`);
}

function same(found: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left !== right) {
    throw new Error(`${left} is not ${right}`);
  }
}
