/* Several keys and shared misses at one frontend, model-checked with Spin: frontend::ReadPath (flights that
 * several reads wait for) over shop::Cache (fences and answers by tag) and frontend::Coherence.
 *
 * Two books. Book A is added while the shop is open; book B is there from the start. A read asks for A, which
 * may be absent, or for the page that shows every book there is; more than one read may share a query. Tags
 * are "item/A", "item/B" and "new", and what is announced is what shop::Touched gives: a change of A or B
 * names that item, an addition names "new" alone, for the id is given when the command is applied.
 *
 * One leader, as leases.pml and coherence.pml see to the others; the lease may run out and the frontend
 * register again. Another frontend is always there to show what is committed at the moment that it is: so a
 * read must not show a book older than it was when the read started.
 *
 * tests/model/check runs it, as it is and with each of these mistakes:
 *   -DBUG_SHARE     a read joins whatever flight there is, one from before an announcement too
 *   -DBUG_FILL      a fill compares the fence that its flight was sent with, not those of now
 *   -DBUG_ONETAG    a fill compares the fence of the query's own tag, not of every tag of the answer
 *   -DBUG_DEPEND    an invalidation drops the answer about the book, and not the page that shows it
 *   -DBUG_TICKET    the page is asked for with the fence of new books, not with the highest of all
 *   -DBUG_NEWFENCE  an addition raises the fence of "new" alone, not everybody's
 *   -DBUG_ABSENT    the answer that there is no such book does not depend on "new"
 *   -DBUG_UNLEASED  a write is proposed while the lease lives and the announcement is unacknowledged
 */
#define WRITES 3
#define ENDS 1     /* leases that run out */
#define READERS 2  /* reads under way */
#define MAXIDX 6

/* tags and queries */
#define A 0
#define B 1
#define NEW 2      /* the tag */
#define PAGE 1     /* the query; the other one is A */

byte commit = 1;
byte kver[MAXIDX * 2];    /* kver[n * 2 + item]: index of the item's last write at or below n; 0: absent */
byte writes, ends;
byte pending;             /* the announced index, or 0 */
byte touched;             /* its tag */

bool lease = true;
bool acked = true;
byte registration;
byte fence[3] = 1;        /* by tag */
byte cached[2];           /* by query: version of the answer kept, or 0 */

/* flights: one of each reader's */
bool flying[READERS];
byte query[READERS];
byte ticket_registration[READERS];
byte ticket_fence[READERS];
byte read_at[READERS];    /* 0: not read yet */
byte current[2] = READERS;/* by query: the flight that may be joined, or READERS */

/* reads: what each waits for, and what had been shown when it started */
byte waits_for[READERS] = READERS;
byte started_a[READERS], started_b[READERS];

#define at(n, item) kver[(n) * 2 + (item)]
#define max(a, b) ((a) > (b) -> (a) : (b))
#define highest max(max(fence[A], fence[B]), fence[NEW])
/* Coherence::ticket: "new" raises every fence, so A's own covers it; the page may show any book */
#ifdef BUG_TICKET
#define fence_for(q) ((q) == PAGE -> fence[NEW] : fence[A])
#else
#define fence_for(q) ((q) == PAGE -> highest : fence[A])
#endif

/* Does the answer to `q` that was read at `n` depend on `tag`? QueryAnswer::tags. */
#ifdef BUG_ABSENT
#define on_new(q, n) ((q) == PAGE)
#else
#define on_new(q, n) ((q) == PAGE || at(n, A) == 0)
#endif
#define on_a(q, n) ((q) == A || at(n, A) != 0)
#define on_b(q) ((q) == PAGE)

/* Cache::invalidate */
inline drop(q) {
  if
  :: cached[q] == 0
#ifdef BUG_DEPEND
  :: cached[q] != 0 && q == PAGE && touched != NEW
  :: cached[q] != 0 && !(q == PAGE && touched != NEW) ->
#else
  :: cached[q] != 0 ->
#endif
       if
       :: (touched == A && on_a(q, cached[q])) || (touched == B && on_b(q)) || (touched == NEW && on_new(q, cached[q])) ->
            cached[q] = 0
       :: else
       fi
  fi
}
inline invalidate() {
  drop(A); drop(PAGE);
  fence[touched] = max(fence[touched], pending);
#ifndef BUG_NEWFENCE
  if :: touched == NEW -> fence[A] = max(fence[A], pending); fence[B] = max(fence[B], pending) :: else fi;
#endif
  acked = true
}

active proctype leader() {
  do
  :: atomic { pending == 0 && writes < WRITES ->
       if
       :: at(commit, A) != 0 -> touched = A
       :: at(commit, A) == 0 -> touched = NEW
       :: touched = B
       fi;
       pending = commit + 1; acked = false }
  :: atomic { pending != 0 && !acked && lease -> invalidate() }
#ifdef BUG_UNLEASED
  :: atomic { pending != 0 ->
#else
  :: atomic { pending != 0 && (acked || !lease) ->
#endif
       writes++; commit = pending;
       at(commit, A) = (touched != B -> commit : at(commit - 1, A));
       at(commit, B) = (touched == B -> commit : at(commit - 1, B));
       pending = 0; touched = 0; acked = true }
  :: atomic { lease && ends < ENDS -> ends++; lease = false }
  /* registered again: the fence covers what is announced */
  :: atomic { !lease -> lease = true; registration++; acked = true; cached[A] = 0; cached[PAGE] = 0;
       fence[A] = max(commit, pending); fence[B] = fence[A]; fence[NEW] = fence[A] }
  od
}

inline shown(r, n) {
  assert(at(n, A) >= started_a[r]);
  assert(at(n, B) >= started_b[r])
}
inline take(r, f) {
  if
  :: waits_for[r] == f -> shown(r, read_at[f]); waits_for[r] = READERS; started_a[r] = 0; started_b[r] = 0
  :: else
  fi
}

/* Cache::fill */
inline fill(f) {
  if
#ifdef BUG_FILL
  :: lease && ticket_registration[f] == registration && read_at[f] >= ticket_fence[f] ->
#else
#ifdef BUG_ONETAG
  :: lease && ticket_registration[f] == registration && read_at[f] >= ticket_fence[f] &&
     read_at[f] >= (query[f] == PAGE -> fence[NEW] : fence[A]) ->
#else
  :: lease && ticket_registration[f] == registration && read_at[f] >= ticket_fence[f] &&
     (!on_a(query[f], read_at[f]) || read_at[f] >= fence[A]) && (!on_b(query[f]) || read_at[f] >= fence[B]) &&
     (!on_new(query[f], read_at[f]) || read_at[f] >= fence[NEW]) ->
#endif
#endif
       cached[query[f]] = max(cached[query[f]], read_at[f])
  :: else
  fi
}

inline take_ticket(f) {
  ticket_registration[f] = registration; ticket_fence[f] = fence_for(query[f])
}

#ifdef BUG_SHARE
#define covers(f, q) true
#else
#define covers(f, q) (ticket_registration[f] == registration && ticket_fence[f] >= fence_for(q))
#endif

proctype reader(byte me) {
  byte q, n;
  do
  /* ReadPath::answer: a hit, or joining a flight, or starting one */
  :: atomic { lease && waits_for[me] == READERS ->
       if :: q = A :: q = PAGE fi;
       started_a[me] = at(commit, A); started_b[me] = (q == PAGE -> at(commit, B) : 0);
       if
       :: cached[q] != 0 -> shown(me, cached[q]); started_a[me] = 0; started_b[me] = 0
       :: cached[q] == 0 && current[q] != READERS && covers(current[q], q) -> waits_for[me] = current[q]
       :: cached[q] == 0 && !flying[me] && (current[q] == READERS || !covers(current[q], q)) ->
            flying[me] = true; query[me] = q; take_ticket(me); current[q] = me; waits_for[me] = me
       :: else -> started_a[me] = 0; started_b[me] = 0
       fi;
       q = 0 }
  /* ReadPath::fetch: the next replica, with the fence of now if there is a lease */
  :: atomic { flying[me] && read_at[me] == 0 && lease -> take_ticket(me) }
  /* a replica that has applied the fence reads */
  :: atomic { flying[me] && read_at[me] == 0 && ticket_fence[me] <= commit ->
       n = ticket_fence[me];
       do :: n < commit -> n++ :: break od;
       read_at[me] = n; n = 0 }
  /* ReadPath::land */
  :: atomic { flying[me] && read_at[me] != 0 ->
       fill(me);
       take(0, me); take(1, me);
       if :: current[query[me]] == me -> current[query[me]] = READERS :: else fi;
       flying[me] = false; query[me] = 0; read_at[me] = 0; ticket_fence[me] = 0; ticket_registration[me] = 0 }
  od
}

init { atomic { at(1, B) = 1; run reader(0); run reader(1) } }
