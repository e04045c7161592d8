/* One frontend with several loops, model-checked with Spin: roles::frontend::Branches at the main loop and a Branch
 * at each further one.
 *
 * The main loop does what coherence.pml and sharing.pml say: it holds the lease, is told of writes, and has a
 * cache whose contents those models vouch for. Here a further loop answers from a cache of its own, and everything
 * that it knows comes from the main loop through one queue, in order: what to keep (taken from the main loop's
 * cache when it is sent), what to drop, that there is a new registration, and how long the lease is held. The main
 * loop acknowledges an announcement when each further loop has said that it has dropped the key.
 *
 * One key. Registrations are numbered, and with them the lease that each begins; it ends at a moment that every loop
 * sees at once, for they read the same clock. A renewal is the same number: that a loop hears of it late only makes
 * it stop early. A write that finds the lease ended waits for nobody. The frontend registers again when its lease has
 * ended, or with a new leader while it has not: then the further loops may believe in the old one until they hear of
 * it, and the new leader takes nothing as acknowledged that was not (leases.pml).
 *
 * tests/model/check runs it, as it is and with each of these mistakes:
 *   -DBUG_EARLY     an announcement is acknowledged when the main loop has dropped the key
 *   -DBUG_FIRST     an announcement is acknowledged when the first of the further loops has dropped it
 *   -DBUG_ASIDE     what to keep overtakes, or is overtaken by, what to drop
 *   -DBUG_OLDFILL   what to keep is what the main loop had when the question came, not what it has
 *   -DBUG_NORESET   a registration drops what the main loop has, and no other loop is told
 *   -DBUG_LEASE     the further loops read the main loop's lease instead of being told of it in order
 *   -DBUG_QUIET     a loop that has nothing kept is not told of a write
 *   -DBUG_CHANGE    a registration with a new leader counts as the acknowledgement of what is announced
 */
#define LOOPS 2     /* further loops */
#define WRITES 3
#define ENDS 2      /* leases that end */
#define CHANGES 1   /* registrations while the former lease lives */
#define QUEUE 4     /* messages on their way to a loop */
#define NONE 255

mtype = { keep, drop, reset };

byte commit = 1;          /* index of the key's last write */
byte seen = 1;            /* ghost: the newest that an answered write or a read has shown */
byte writes, ends, changes;
byte pending;             /* announced index, or 0 */
bool told;                /* the frontend has been told of it */

byte lease = 1;           /* number of the latest */
bool ended;               /* it has run out, everywhere at once */
bool former_ended = true; /* so has the one before */

/* the main loop */
byte kept = NONE;         /* version that it has in its cache */
byte fence = 1;
byte round;               /* number of the last announcement that was passed on */
byte waiting;             /* further loops that have yet to say that they have dropped the key for it */

/* the further loops */
chan inbox[LOOPS] = [QUEUE] of { mtype, byte };
#ifdef BUG_ASIDE
chan aside[LOOPS] = [QUEUE] of { mtype, byte };
#else
#define aside inbox
#endif
byte has[LOOPS] = NONE;
byte believed[LOOPS] = 1; /* number of the lease that it has been told of */
byte asked[LOOPS] = NONE; /* BUG_OLDFILL: what the main loop had when this loop asked */

#define expose(x) if :: (x) > seen -> seen = (x) :: else fi
#define live (!ended)
#define room (nfull(inbox[0]) && nfull(inbox[1]) && nfull(aside[0]) && nfull(aside[1]))
#ifdef BUG_LEASE
#define live_at(me) live
#else
#define live_at(me) ((believed[me] == lease && !ended) || (believed[me] == lease - 1 && !former_ended))
#endif

#ifdef BUG_QUIET
#define tell(me) if :: has[me] != NONE -> inbox[me]!drop,round; waiting++ :: else fi
#else
#define tell(me) inbox[me]!drop,round; waiting++
#endif

#ifdef BUG_EARLY
#define acknowledged told
#else
#ifdef BUG_FIRST
#define acknowledged (told && waiting < LOOPS)
#else
#define acknowledged (told && waiting == 0)
#endif
#endif

active proctype leader() {
  do
  :: atomic { pending == 0 && writes < WRITES -> writes++; pending = commit + 1; told = false; waiting = 0 }
  /* the main loop is told of the write, drops the key and raises its fence; then it tells the others */
  :: atomic { pending != 0 && !told && live && room ->
       kept = NONE; fence = pending; told = true; round++; waiting = 0;
       tell(0); tell(1) }
  /* the write, when it was acknowledged or there is no lease */
  :: atomic { pending != 0 && (acknowledged || ended) ->
       commit = pending; pending = 0; told = false; waiting = 0; expose(commit) }
  :: atomic { !former_ended -> former_ended = true }
  :: atomic { live && ends < ENDS -> ends++; ended = true; former_ended = true }
  /* registered anew: dropped all, the fence covers what is announced */
  :: atomic { ended && room ->
       lease++; ended = false; kept = NONE;
       fence = (pending > commit -> pending : commit);
       told = (pending != 0); waiting = 0;
#ifndef BUG_NORESET
       inbox[0]!reset,lease; inbox[1]!reset,lease
#else
       believed[0] = lease; believed[1] = lease
#endif
     }
  /* registered with a new leader; what the old one had announced is written by the new one, or never */
  :: atomic { live && former_ended && changes < CHANGES && room ->
       changes++; lease++; former_ended = false; kept = NONE;
       fence = (pending > commit -> pending : commit);
#ifdef BUG_CHANGE
       told = (pending != 0);
#else
       told = false;
#endif
       waiting = 0;
       if :: pending = 0 :: skip fi;
       inbox[0]!reset,lease; inbox[1]!reset,lease }
  od
}

/* The main loop's own reads: a fill under its fence, as the other models have it. */
active proctype main_loop() {
  do
  :: atomic { live && kept == NONE && commit >= fence -> kept = commit }
  :: atomic { live && kept != NONE -> assert(kept >= seen); expose(kept) }
  od
}

proctype loop(byte me) {
  mtype what;
  byte n;
  do
  /* a request that this loop cannot answer is answered by the main loop, which sends along what it has kept */
  :: atomic { live && kept != NONE && nfull(aside[me]) ->
#ifdef BUG_OLDFILL
       if
       :: asked[me] == NONE -> asked[me] = kept
       :: asked[me] != NONE -> aside[me]!keep,asked[me]; asked[me] = NONE
       fi
#else
       aside[me]!keep,kept
#endif
     }
  :: atomic { inbox[me]?what,n ->
       if
       :: what == keep -> has[me] = n
       :: what == drop -> has[me] = NONE;
            if :: n == round && waiting > 0 -> waiting-- :: else fi
       :: what == reset -> has[me] = NONE; believed[me] = n
       fi;
       n = 0; what = 0 }
#ifdef BUG_ASIDE
  :: atomic { aside[me]?what,n -> has[me] = n; n = 0; what = 0 }
#endif
  /* a hit */
  :: atomic { live_at(me) && has[me] != NONE -> assert(has[me] >= seen); expose(has[me]) }
  od
}

init { atomic { run loop(0); run loop(1) } }
