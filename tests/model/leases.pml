/* The life of a lease, model-checked with Spin: cluster::LeaseTable (the leaders' side), cluster::LeaseHolding
 * and frontend::Coherence (the frontends' side), with the messages between them.
 *
 * Time is a number of ticks left, at each thing that runs out; all clocks tick together, for the drift margin
 * (which the leader adds to what it waits) is what makes them do so for this purpose. One frontend, in two
 * lives one after the other; two leaders in a row, of which the first may go on believing that it leads. One
 * key. Another frontend is always there to show what is committed at the moment that it is: so a read must
 * never show anything older than what was committed when it started. A miss and its fill are one step here
 * (coherence.pml takes them apart).
 *
 * An ask and its grant are on their way for as long as they please, and may be lost: an announcement may
 * overtake the grant that was sent before it, and the ask of a former life may reach a leader late. An
 * announcement is taken and acknowledged in one step: what comes late, or twice, only finds the fence raised
 * already.
 *
 * Not here, for it shortens what is granted and nothing else: that a frontend which is behind with an
 * announcement is granted no more than it could have had when that was made.
 *
 * tests/model/check runs it, as it is and with each of these mistakes:
 *   -DBUG_AUTHORITY  a leader grants while another may be elected already
 *   -DBUG_COUNT      a frontend counts its lease from when the grant came instead of from when it asked
 *   -DBUG_NEWLEADER  a new leader waits neither for its predecessor's leases nor for every frontend
 *   -DBUG_NEWCOMER   who asks a new leader counts as having dropped what is announced before its grant has come
 *   -DBUG_OVERTAKE   a grant resets the fence below an announcement that has overtaken it
 *   -DBUG_RENEW      a grant that comes after the lease had run out renews it, cache and all
 *   -DBUG_TWOLIVES   a frontend is started again while its former process still runs (no lock on its data)
 *   -DBUG_BETWEEN    bookkeeping is appended between an announcement and the write that it is for
 *   -DBUG_NOTAGS     a write that readers see passes the gate as bookkeeping
 */
#define L 2      /* ticks of a lease */
#define A 1      /* ticks of a leader's authority after it has heard from a majority; A <= L */
#define WRITES 2 /* committed writes of the key */
#define BOOKS 1  /* committed batches of bookkeeping: no tags, no announcement, no wait */
#define MAXIDX 8
#define NONE 255
#define S 2 /* sessions: lives of the frontend */
#define OLD 0
#define NEW 1 /* leaders; leader l has term l + 1 */
#define AT(l, s) ((l) * S + (s))

byte commit = 1;    /* index 1: the old leader's no-op */
byte kver[MAXIDX];  /* kver[n]: index of the last write of the key at or below n */
byte writes, books;

/* cluster::LeaseTable at each leader */
bool elected;            /* the new leader is */
byte authority = A;      /* the old leader's: nobody else is elected before it has run out */
byte last_ = 1;          /* the old leader's last index, for when it is deposed */
byte announced[2];       /* the index that the batch in the stage will get, or 0 */
byte predecessor_until;  /* the new leader's */
bool arrived;            /* the frontend has registered with the new leader */
byte until[2 * S];       /* 0: not in the table */
bool acknowledged[2 * S];

/* on the way, one for each session: an ask, then its grant */
mtype = { none, ask, grant };
mtype way[S] = none;
byte with[S];            /* which leader */
byte asked_left[S];      /* ticks, of a lease that counts from when it was asked for */
byte known_term[S];
byte granted_fence[S];

/* frontend::Coherence in each life */
bool alive[S];
byte live[S];            /* cluster::LeaseHolding: ticks left of the lease that it believes in */
byte term[S];            /* that it believes to be registered in; 0: none */
byte cache[S] = NONE;    /* version cached, or NONE */
byte fence[S];
byte announced_term[S], announced_index[S]; /* the newest that was acknowledged */

#define max(a, b) ((a) > (b) -> (a) : (b))
#define last(l) ((l) == OLD && elected -> last_ : commit)

inline run_down(x) { if :: x > 0 -> x-- :: else fi }

/* A lease has run out: what is kept under it is never looked at again. */
inline ended(s) {
#ifndef BUG_RENEW
  if :: live[s] == 0 -> cache[s] = NONE; fence[s] = 0 :: else fi
#else
  skip
#endif
}

active proctype clock() {
  do
  :: atomic {
       run_down(authority); run_down(predecessor_until);
       run_down(until[0]); run_down(until[1]); run_down(until[2]); run_down(until[3]);
       run_down(asked_left[0]); run_down(asked_left[1]);
       run_down(live[0]); run_down(live[1]);
       ended(0); ended(1)
     }
  od
}

inline append(is_write) {
  commit++;
  kver[commit] = (is_write -> commit : kver[commit - 1])
}

/* May the batch in the stage be proposed? */
#define acked(l, s) (until[AT(l, s)] == 0 || acknowledged[AT(l, s)])
#ifdef BUG_NEWLEADER
#define predecessors_gone(l) true
#else
#define predecessors_gone(l) ((l) == OLD || predecessor_until == 0 || arrived)
#endif
#define may_propose(l) (acked(l, 0) && acked(l, 1) && predecessors_gone(l))
#define leads(l) ((l) == OLD -> !elected : elected)

/* LeaseTable::ask, at the leader that the ask has reached */
inline asked(l, s) {
  if
  :: until[AT(l, s)] == 0 ->
#ifdef BUG_NEWCOMER
       acknowledged[AT(l, s)] = true
#else
       acknowledged[AT(l, s)] = (l == OLD || predecessor_until == 0)
#endif
  :: else
  fi;
  if :: l == NEW -> arrived = true :: else fi;
  until[AT(l, s)] = L;
  granted_fence[s] = max(last(l), announced[l]);
  way[s] = grant;
  known_term[s] = 0
}

#ifdef BUG_AUTHORITY
#define may_grant(l) (l == OLD || elected)
#else
#define may_grant(l) (l == OLD -> authority > 0 : elected)
#endif

proctype leader(byte l) {
  do
  :: atomic { way[0] == ask && with[0] == l && known_term[0] <= l + 1 && may_grant(l) -> asked(l, 0) }
  :: atomic { way[1] == ask && with[1] == l && known_term[1] <= l + 1 && may_grant(l) -> asked(l, 1) }
  /* LeaseTable::begin */
  :: atomic { (l == OLD || elected) && announced[l] == 0 && writes < WRITES ->
       announced[l] = last(l) + 1;
       acknowledged[AT(l, 0)] = false; acknowledged[AT(l, 1)] = false }
  /* LeaseTable::end: proposed and committed, or deposed and stuck for ever */
  :: atomic { announced[l] != 0 && leads(l) && may_propose(l) && writes < WRITES ->
       writes++; append(true); announced[l] = 0 }
  /* a batch without tags */
#ifdef BUG_BETWEEN
  :: atomic { leads(l) && books < BOOKS -> books++; append(false) }
#else
  :: atomic { leads(l) && books < BOOKS && announced[l] == 0 -> books++; append(false) }
#endif
#ifdef BUG_NOTAGS
  :: atomic { leads(l) && writes < WRITES && announced[l] == 0 -> writes++; append(true) }
#endif
  /* a majority has answered the old leader */
  :: atomic { l == OLD && !elected && authority < A -> authority = A }
  /* LeaseTable::lead: the no-op commits before anything else */
  :: atomic { l == NEW && !elected && authority == 0 ->
       last_ = commit; elected = true; append(false); predecessor_until = L }
  od
}

inline lose(s) {
  way[s] = none; with[s] = 0; asked_left[s] = 0; known_term[s] = 0; granted_fence[s] = 0
}

/* Coherence::granted */
#define from_term (with[s] + 1)
inline granted(s) {
#ifdef BUG_COUNT
  asked_left[s] = L;
#endif
  if
  :: from_term < term[s] || asked_left[s] == 0 /* of a deposed leader, or run out on the way */
#ifdef BUG_RENEW
  :: asked_left[s] > 0 && from_term == term[s] ->
#else
  :: asked_left[s] > 0 && from_term == term[s] && live[s] > 0 ->
#endif
       live[s] = max(live[s], asked_left[s])
  :: else ->
       term[s] = from_term; live[s] = asked_left[s]; cache[s] = NONE; fence[s] = granted_fence[s];
#ifndef BUG_OVERTAKE
       if :: announced_term[s] >= from_term -> fence[s] = max(fence[s], announced_index[s]) :: else fi
#endif
  fi;
  lose(s)
}

/* Coherence::invalidate: acknowledged whatever term this frontend believes to be registered in. A leader
 * older than that one has nothing left to commit, and moves no fence. */
inline invalidate(l, s) {
  if
  :: l + 1 < term[s]
  :: else ->
       if :: l + 1 > announced_term[s] -> announced_term[s] = l + 1; announced_index[s] = 0 :: else fi;
       if :: l + 1 == announced_term[s] -> announced_index[s] = max(announced_index[s], announced[l]) :: else fi;
       cache[s] = NONE;
       if :: live[s] > 0 -> fence[s] = max(fence[s], announced[l]) :: else fi
  fi;
  acknowledged[AT(l, s)] = true
}

inline asks(s, l) {
  way[s] = ask; with[s] = l; asked_left[s] = L; known_term[s] = term[s]
}

proctype frontend(byte s) {
  byte at;
  alive[s];
  do
  :: atomic { !alive[s] -> break }
  :: atomic { live[s] > 0 && cache[s] != NONE -> assert(cache[s] >= kver[commit]) }
  /* a miss: any replica that has applied the fence */
  :: atomic { live[s] > 0 && cache[s] == NONE && fence[s] <= commit ->
       at = fence[s];
       do :: at < commit -> at++ :: break od;
       assert(kver[at] >= kver[commit]);
       cache[s] = kver[at]; at = 0 }
  /* LeaseKeeper asks; what was on the way before is lost */
  :: atomic { alive[s] -> lose(s); asks(s, OLD) }
  :: atomic { alive[s] && elected -> lose(s); asks(s, NEW) }
  :: atomic { alive[s] && way[s] == grant -> granted(s) }
  :: atomic { alive[s] && announced[OLD] != 0 && until[AT(OLD, s)] > 0 && !acknowledged[AT(OLD, s)] -> invalidate(OLD, s) }
  :: atomic { alive[s] && announced[NEW] != 0 && until[AT(NEW, s)] > 0 && !acknowledged[AT(NEW, s)] -> invalidate(NEW, s) }
  /* it dies, and is started again */
  :: atomic { s == 0 && !alive[1] ->
#ifndef BUG_TWOLIVES
       alive[0] = false; live[0] = 0; cache[0] = NONE; fence[0] = 0; term[0] = 0;
       announced_term[0] = 0; announced_index[0] = 0;
       if :: way[0] == grant -> lose(0) :: else fi;
#endif
       alive[1] = true }
  od
}

init { atomic { alive[0] = true; run leader(OLD); run leader(NEW); run frontend(0); run frontend(1) } }
