/*
 * Handshake, fence, journal and crash of the Backchat protocol, for spin. README.md beside this file says what is
 * modelled, what is not, and what is checked; rules are cited as in docs/PROTOCOL.md.
 *
 * One client with NUMBERS requests, two server nodes, one store. Frames of an abandoned link still arrive, at any later time or never.
 * Whatever can go wrong may go wrong at any moment, but only so often:
 */

#ifndef NUMBERS
#define NUMBERS 1 /* requests */
#endif
#ifndef CUTS
#define CUTS 1 /* links that are lost by themselves */
#endif
#ifndef FAULTS
#define FAULTS 1 /* owners that crash, or whose lease runs out while they still work */
#endif
#ifndef REFUSALS
#define REFUSALS 1 /* runs and requests that are refused for now */
#endif
#ifndef LOSSES
#define LOSSES 0 /* sessions that the store loses */
#endif
#ifndef DOUBTS
#define DOUBTS 0 /* starts that the store recorded while its answer was lost */
#endif

/* Each of these costs a link at most, so the last one stays. */
#define DIALS (1 + CUTS + FAULTS + LOSSES + DOUBTS)
/* Each fault ends one incarnation of a node, and another one follows. */
#define OWNERS (2 + FAULTS)
#define EVERY ((1 << NUMBERS) - 1)
#define BIT(n) (1 << (n))

mtype = { hello, request, cancel, ack, close }               /* client to server; `close` is what a link comes to */
mtype = { welcome, reply, unknown, expired, later, cancelled } /* server to client; `expired` and `later` are refusals */
mtype = { down, greeting, online }                           /* the current link, as the client sees it */
mtype = { queued, sent, postponed, cancelling, settled }     /* a request in the client */
mtype = { nothing, ok, outcomeUnknown, notRun, timedOut }    /* what its caller was told */
mtype = { none, started, ended, lost }                       /* a request in the journal; `lost`: its outcome is unknown for ever */
mtype = { idle, unrecorded, calling, recorded, running }            /* a run on a node */

/* ---- the wire ---- */

/* Each link has its own way up. Of the ways down only that of the current link matters: what comes from another is dropped [P-6]. */
chan up[DIALS + 1] = [2 * NUMBERS + 2] of { mtype, byte, byte };
chan back = [2 * NUMBERS + 1] of { mtype, byte, byte };
bool closed[DIALS + 1]; /* by the server */

/* ---- the client ---- */

byte attempt;
mtype link = down;
byte epochKnown;
mtype state[NUMBERS] = queued;
mtype told[NUMBERS] = nothing;
byte done; /* numbers that are settled, as hello and ack report them */
bool news; /* the server has not been told of all of them on this link */

/* ---- the store ---- */

bool record;
byte fence; /* the attempt that counts */
byte epoch;
mtype journal[NUMBERS] = none;
byte by[NUMBERS]; /* the owner that started it */
byte confirmed; /* numbers that the client reported settled, or cancelled */
bool gone[OWNERS]; /* owners that were declared dead: for ever */

/* ---- the nodes ---- */

byte owner[2]; /* the incarnation of each node */
byte owners = 2;
bool dead[OWNERS]; /* owners that do nothing any more */
byte server[DIALS + 1]; /* the node of a link */
byte served[DIALS + 1]; /* and its owner at that time */
byte session[DIALS + 1]; /* the epoch that its hello met */
byte waiting; /* numbers for which the current link waits */
mtype runs[2 * NUMBERS] = idle;
#define RUN(n, s) runs[2 * (n) + (s)]
bool again[NUMBERS]; /* an owner before this one was gone, so that it may have run already */

/* ---- what is left of each budget ---- */

byte cuts = CUTS, faults = FAULTS, refusals = REFUSALS, losses = LOSSES, doubts = DOUBTS;

/* ---- what only the properties know ---- */

byte starts[NUMBERS]; /* how often the handler was started */
byte returned[NUMBERS]; /* the owners whose handler returned */

/* ======== the store: each operation is one atomic step ======== */

/* [P-11] An operation that a link asks for counts only from the newest attempt. */
#define CURRENT(a) (record && epoch == session[a] && fence == a)
#ifdef NO_FENCE
#define MAY_BEGIN(a) (record && epoch == session[a])
#else
#define MAY_BEGIN(a) CURRENT(a)
#endif

/* [P-15] */
#define ORPHAN(n) (journal[n] == started && gone[by[n]])
/* A run writes only while the journal says that it was started by this owner, and while this owner lives [P-35]. */
#ifdef FINISH_ANYWAY
#define MAY_WRITE(n, o) (journal[n] != none)
#else
#define MAY_WRITE(n, o) (journal[n] == started && by[n] == o && !gone[o])
#endif

/* The start was recorded while the store's answer was lost: nothing of it ran. Its owner sees that, and no other. */
#define IN_DOUBT(n, s) (journal[n] == started && by[n] == owner[s] && RUN(n, s) == idle)

/* [P-22] What is reported settled is forgotten. */
inline settle(mask) {
    confirmed = confirmed | (mask);
    i = 0;
    do
    :: i < NUMBERS ->
        if
        :: confirmed & BIT(i) -> journal[i] = none; by[i] = 0
        :: else
        fi;
        i++
    :: else -> break
    od;
    i = 0;
    waiting = waiting & ~(mask)
}

/* The store has no record, or must not use it: everything begins anew [P-11]. */
inline beginAnew() {
    record = true;
    epoch++;
    confirmed = 0;
    i = 0;
    do
    :: i < NUMBERS -> journal[i] = none; by[i] = 0; i++
    :: else -> break
    od;
    i = 0
}

/* ======== the server's side of a link ======== */

/* What is still under way is not read any more. */
inline hangUp() {
    closed[a] = true;
    session[a] = 0;
    server[a] = 0;
    served[a] = 0;
    do
    :: nempty(up[a]) -> up[a]?_, _, _
    :: empty(up[a]) -> break
    od
}

/* A link waits only for what was asked on it: an answer to an older link's request must not meet one that is still under way. */
#ifdef EARLY_ANSWER
#define ASKED_HERE(a) true
#else
#define ASKED_HERE(a) (a == attempt && link != down)
#endif

inline wait(n) {
    if
    :: ASKED_HERE(a) -> waiting = waiting | BIT(n)
    :: else
    fi
}

#define SETTLED(n) ((confirmed & BIT(n)) != 0)
#ifdef RUN_BEFORE_RECORD
#define NEW(n) (!SETTLED(n) && journal[n] == none && RUN(n, server[a]) == idle)
#else
#define NEW(n) (!SETTLED(n) && journal[n] == none)
#endif

/* Started by an owner that is gone: nobody can know any more, and only an idempotent request is run again. */
#if defined(IDEMPOTENT) || defined(RERUN_DEAD)
#define MAY_TAKE_OVER(n) ORPHAN(n)
#else
#define MAY_TAKE_OVER(n) false
#endif
#ifdef RERUN_DEAD
#define MAY_GIVE_IN(n) false
#else
#define MAY_GIVE_IN(n) ORPHAN(n)
#endif

/* The fence was checked; now the journal [P-15]. `say` becomes what is answered. */
inline begin(n) {
    if
    :: SETTLED(n) /* ignored */
    :: journal[n] == ended ->
        say = reply;
        x = by[n];
#ifdef FORGET_ON_SEND
        journal[n] = none;
        by[n] = 0
#endif
    :: journal[n] == lost -> say = unknown
    :: MAY_GIVE_IN(n) -> journal[n] = lost; by[n] = 0; say = unknown
    :: journal[n] == started && !ORPHAN(n) && !IN_DOUBT(n, server[a]) -> wait(n)
    :: journal[n] == started && !ORPHAN(n) && IN_DOUBT(n, server[a]) -> RUN(n, server[a]) = recorded; wait(n)
#ifdef RUN_BEFORE_RECORD
    :: !SETTLED(n) && journal[n] == none && !NEW(n) -> wait(n)
    :: NEW(n) -> RUN(n, server[a]) = unrecorded; wait(n)
#else
    :: NEW(n) || MAY_TAKE_OVER(n) ->
        again[n] = again[n] || ORPHAN(n);
        journal[n] = started;
        by[n] = served[a];
        if
        :: RUN(n, server[a]) = recorded; wait(n)
        :: doubts > 0 -> doubts--; say = close /* the store's answer is lost */
        fi
#endif
    /* New, and it may not run: past its time or without a handler; beyond a limit [P-18]. */
    :: NEW(n) -> say = expired
    :: NEW(n) && refusals > 0 -> refusals--; say = later
    fi
}

#ifdef NO_SECOND_LOOK
#define STIRRED(n) ((waiting & BIT(n)) != 0 && journal[n] == ended)
#else
#define STIRRED(n) ((waiting & BIT(n)) != 0 && !(journal[n] == started && !ORPHAN(n)))
#endif

/* The handshake [P-10, P-11]. */
inline greet(known) {
    if
    :: record && (known == 0 || known == epoch)
    :: !(record && (known == 0 || known == epoch)) -> beginAnew()
    fi;
    fence = a;
    session[a] = epoch
}

/* An owner that was declared dead has no say any more [P-35]. */
#define WORKS(a) (!closed[a] && !dead[served[a]] && !gone[served[a]])
#define GREETED(a) (session[a] != 0)
#if NUMBERS > 1
#define MAY_LOOK(a) (a == attempt && GREETED(a) && CURRENT(a) && (STIRRED(0) || STIRRED(1)))
#else
#define MAY_LOOK(a) (a == attempt && GREETED(a) && CURRENT(a) && STIRRED(0))
#endif

/* Its owner fell silent, the client has left, or a newer link took over. */
#define LEFT(a) (dead[served[a]] || a != attempt || link == down || (GREETED(a) && !CURRENT(a)))
#ifdef LATE_HELLO
#define STALE(a) false
#else
#define STALE(a) (record && fence >= a)
#endif
/* A stale hello, or anything else of an older attempt. */
#define FENCED(a, kind) ((kind == hello && STALE(a)) || (kind == request && !MAY_BEGIN(a)) || ((kind == cancel || kind == ack) && !CURRENT(a)))

proctype Desk(byte a) {
    mtype kind, say;
    byte n, x, i;

    attempt >= a;
    do
    :: atomic { !closed[a] && (WORKS(a) && (nempty(up[a]) || MAY_LOOK(a)) || LEFT(a)) ->
        if
        :: WORKS(a) && nempty(up[a]) -> up[a]?kind(n, x)
        /* Who waits begins again when the run got further: it ended, was taken back, or its owner is gone. */
        :: WORKS(a) && MAY_LOOK(a) && STIRRED(0) -> waiting = waiting & ~BIT(0); kind = request
#if NUMBERS > 1
        :: WORKS(a) && MAY_LOOK(a) && STIRRED(1) -> waiting = waiting & ~BIT(1); kind = request; n = 1
#endif
        :: LEFT(a) -> kind = close
        fi;
        if
        :: kind == close || FENCED(a, kind) -> say = close
        :: kind == request && MAY_BEGIN(a) -> begin(n)
        :: else -> /* hello, cancel or ack */
            if
            :: kind == hello -> greet(x); settle(n); n = 0; x = epoch; say = welcome
            :: kind == cancel -> settle(BIT(n)); say = cancelled
            :: kind == ack -> settle(n)
            fi
        fi;
        if
        :: say == close -> hangUp()
        :: say == 0
        /* What is told to a link that is not current is never read. */
        :: say != 0 && say != close && !(a == attempt && link != down)
        :: say != 0 && say != close && a == attempt && link != down -> assert(nfull(back)); back!say(n, x)
        fi;
        kind = 0; say = 0; n = 0; x = 0
    }
    :: closed[a] -> break
    od
}

/* ======== the nodes ======== */

/* The application's code begins. */
inline call(n) {
    starts[n]++;
#ifndef IDEMPOTENT
    assert(starts[n] == 1);
#endif
    assert(told[n] != notRun)
}

/* An owner that was declared dead learns of it when it writes, and falls silent [P-35]. */
inline learn() {
    if
    :: gone[owner[s]] -> dead[owner[s]] = true
    :: else
    fi
}

/* A link on the same node is told at once; one elsewhere begins again. */
inline refuse(n) {
    if
    :: link != down && served[attempt] == owner[s] && !closed[attempt] && (waiting & BIT(n)) != 0 ->
        waiting = waiting & ~BIT(n);
        assert(nfull(back));
        back!later(n, 0)
    :: else
    fi
}

/* A handler runs on node `s`; it depends on no link [P-15]. */
proctype Run(byte n; byte s) {
    do
    :: atomic { !dead[owner[s]] && RUN(n, s) == recorded -> RUN(n, s) = running; call(n) }
    /* Middleware refused it before the handler was called: the start is taken back [P-18]. */
    :: atomic { !dead[owner[s]] && RUN(n, s) == recorded && refusals > 0 && !again[n] ->
        refusals--;
        RUN(n, s) = idle;
        if
        :: MAY_WRITE(n, owner[s]) ->
            journal[n] = none;
            by[n] = 0;
            refuse(n)
        :: else -> learn()
        fi
    }
    :: atomic { !dead[owner[s]] && RUN(n, s) == running ->
        RUN(n, s) = idle;
        returned[n] = returned[n] | BIT(owner[s]);
        if
        :: MAY_WRITE(n, owner[s]) ->
            assert(!gone[owner[s]]);
            assert(journal[n] != lost);
            journal[n] = ended;
            by[n] = owner[s]
        :: else -> learn()
        fi
    }
#ifdef RUN_BEFORE_RECORD
    :: atomic { !dead[owner[s]] && RUN(n, s) == unrecorded -> call(n); RUN(n, s) = calling }
    :: atomic { !dead[owner[s]] && RUN(n, s) == calling ->
        RUN(n, s) = running;
        if
        :: journal[n] == none && !gone[owner[s]] -> journal[n] = started; by[n] = owner[s]
        :: else
        fi
    }
#endif
#ifndef LEAVE_DOUBTS
    /* The owner asks again, even if the client does not come back to it. */
    :: atomic { !dead[owner[s]] && !gone[owner[s]] && IN_DOUBT(n, s) -> RUN(n, s) = recorded }
#endif
    od
}

proctype Node(byte s) {
    byte i;
    do
    /* It learns that it was declared dead, by renewing its lease. */
    :: atomic { !dead[owner[s]] && gone[owner[s]] -> dead[owner[s]] = true }
    /* The lease of one that crashed runs out, */
    :: atomic { dead[owner[s]] && !gone[owner[s]] -> gone[owner[s]] = true }
    /* or the node begins anew before that, which ends the older incarnation at once. */
    :: atomic { dead[owner[s]] ->
        gone[owner[s]] = true;
        owner[s] = owners;
        owners++;
        do
        :: i < NUMBERS -> RUN(i, s) = idle; i++
        :: else -> break
        od;
        i = 0
    }
    od
}

proctype Faults() {
    byte s;
    do
    :: faults > 0 -> atomic {
        if
        :: s = 0
        :: s = 1
        fi;
        if
        :: faults > 0 && !dead[owner[s]] && !gone[owner[s]] ->
            faults--;
            if
            :: dead[owner[s]] = true /* a crash */
            :: gone[owner[s]] = true /* a pause: declared dead, and does not know */
            fi
        :: else
        fi;
        s = 0
    }
    :: atomic { losses > 0 && record -> losses--; record = false }
    :: break
    od
}

/* ======== the client ======== */

inline transmit(what, number, value) {
    if
    :: closed[attempt]
    :: else -> assert(nfull(up[attempt])); up[attempt]!what(number, value)
    fi
}

/* The caller is told, once. */
inline conclude(n, what) {
    assert(told[n] == nothing);
    told[n] = what;
    assert(what != notRun || starts[n] == 0);
    assert(what != outcomeUnknown || faults < FAULTS || losses < LOSSES)
}

/* The number is settled too: the server may forget it [P-20, P-22]. */
inline release(n) {
    state[n] = settled;
    done = done | BIT(n);
    news = true
}

/* The caller gives up, or its time is over [P-20, P-29]. */
inline giveUp(n) {
    if
    :: state[n] == queued -> conclude(n, notRun); state[n] = settled
    :: state[n] == postponed -> conclude(n, notRun); release(n)
    :: state[n] == sent ->
        conclude(n, timedOut);
        state[n] = cancelling;
        if
        :: link == online -> transmit(cancel, n, 0)
        :: else
        fi
    fi
}

#ifdef SEND_AFTER_RESET
#define ANOTHER(epoch) false
#else
#define ANOTHER(epoch) (epochKnown != 0 && epochKnown != epoch)
#endif

/* What was sent may have run in the session that is lost, and is not sent in another one [P-12]. */
inline welcomed(now) {
    link = online;
    n = 0;
    do
    :: n < NUMBERS ->
        if
        :: state[n] == sent && ANOTHER(now) -> conclude(n, outcomeUnknown); release(n)
        :: state[n] == sent && !ANOTHER(now) -> kind = request
        :: state[n] == cancelling -> kind = cancel
        :: else
        fi;
        if
        :: kind != welcome -> transmit(kind, n, 0)
        :: else
        fi;
        kind = welcome;
        n++
    :: else -> break
    od;
    epochKnown = now
}

inline answered() {
    if
    :: kind == welcome -> welcomed(x)
    :: kind != welcome && state[n] == settled
    :: kind != welcome && state[n] == cancelling -> release(n)
    :: kind == later && state[n] == sent -> state[n] = postponed
    :: (kind == reply || kind == unknown || kind == expired) && state[n] == sent ->
        if
        :: kind == reply -> assert((returned[n] & BIT(x)) != 0); kind = ok
        :: kind == unknown -> kind = outcomeUnknown
        :: kind == expired -> kind = notRun
        fi;
        conclude(n, kind);
        release(n)
    fi
}

#define MAY_SEND(n) (link == online && (state[n] == postponed || (state[n] == queued && EARLIER_SENT(n))))
/* Numbers are given in ascending order [P-14]. */
#define EARLIER_SENT(n) (n == 0 || state[0] != queued)

#ifdef PATIENT
#define MAY_GIVE_UP(n) false
#else
#define MAY_GIVE_UP(n) (told[n] == nothing)
#endif

inline leave() {
    link = down;
    waiting = 0;
    do
    :: nempty(back) -> back?_, _, _
    :: empty(back) -> break
    od
}

proctype Client() {
    mtype kind;
    byte n, x;

    do
    /* A dial that nobody answers changes nothing, so it is left out. */
    :: atomic { link == down && attempt < DIALS && !(dead[owner[0]] && dead[owner[1]]) ->
        if
        :: !dead[owner[0]] -> x = 0
        :: !dead[owner[1]] -> x = 1
        fi;
        attempt++;
        server[attempt] = x;
        served[attempt] = owner[x];
        link = greeting;
        news = false;
        transmit(hello, done, epochKnown);
        x = 0
    }
    :: atomic { link != down && (cuts > 0 || closed[attempt]) ->
        if
        :: closed[attempt]
        :: !closed[attempt] -> cuts--
        fi;
        leave()
    }
    :: atomic { nempty(back) -> back?kind(n, x); answered(); kind = 0; n = 0; x = 0 }
    :: atomic { link == online && news -> news = false; transmit(ack, done, 0) }
    :: atomic { MAY_SEND(0) -> state[0] = sent; transmit(request, 0, 0) }
    :: atomic { MAY_GIVE_UP(0) -> giveUp(0) }
#if NUMBERS > 1
    :: atomic { MAY_SEND(1) -> state[1] = sent; transmit(request, 1, 0) }
    :: atomic { MAY_GIVE_UP(1) -> giveUp(1) }
#endif
    od
}

init {
    byte i = 1;
    atomic {
        owner[1] = 1;
        do
        :: i <= DIALS -> run Desk(i); i++
        :: else -> break
        od;
        i = 0;
        do
        :: i < NUMBERS -> run Run(i, 0); run Run(i, 1); i++
        :: else -> break
        od;
        i = 0;
        run Node(0);
        run Node(1);
        run Faults();
        run Client()
    }
}

/* ======== what must come true ======== */

#define QUIET(n) (told[n] != nothing && state[n] == settled && journal[n] == none)
#if NUMBERS > 1
ltl settles { <> (QUIET(0) && QUIET(1)) }
#else
ltl settles { <> QUIET(0) }
#endif
