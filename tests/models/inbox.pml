/* Inboxes: wake-ups from other threads, and where an actor is at home.
 *
 * Models, step by step:
 *   TbbExecutor::wake_from_outside, find, search               engine/src/tbb_executor.cpp
 *   Worker::arrive, leave, claim, take_wake_ups, push_at_home, wake, settle
 *                                                              engine/.../worker.hpp, .cpp
 *   Inbox::open, close, push, pop                              engine/.../inbox.hpp
 * of two actors and two workers. Threads that are no workers send three messages to actor 1 and one
 * to actor 2, and actor 1 sends one to actor 2 for each that it gets. An actor is homeless, or at
 * home in a stay of a worker: from when that finds a wake-up to when it has nothing left. What is
 * sent at home leaves the mailbox idle, so that there may be wake-ups for an actor that runs, or
 * waits for its turn, or has moved meanwhile. The mailbox is one step (see mailbox.pml), as is what an inbox does under its
 * lock; the worker's own lock is left out, since nobody steals here (see hand_off.pml). How workers
 * sleep is in parking.pml; here one that has nothing to do is just not enabled.
 *
 * What has to hold: no actor runs twice at a time, or is at home where it does not run; every
 * message is handled, whatever stay ends meanwhile; then nothing is left.
 *
 * run:
 * refute: LEAVE_WITHOUT_LOOK    the stay ends though a wake-up has come
 * refute: PUSH_TO_ANY_STAY      a wake-up is left in an inbox without a look at whose it is
 * refute: MOVE_BY_STORE         claim takes an actor home without compare-and-exchange
 * refute: WAKE_UP_FORGOTTEN     whoever finds that the actor lives elsewhere does not go there
 */
#define ACTORS 2
#define NOBODY 0
#define MESSAGES 7

/* Homes: HOMELESS, or a worker's stay: 2 n + 1 of worker 0, and 2 n + 2 of worker 1. */
#define HOMELESS 0
#define worker_of(h) (1 - h % 2)

byte inbox_home[2]; /* HOMELESS: closed */
chan inbox0 = [4] of { byte };
chan inbox1 = [4] of { byte };
chan for_anybody = [4] of { byte }; /* the executor's inbox, which is never closed */

byte home[ACTORS + 1];
bool scheduled[ACTORS + 1];
byte own_mail[ACTORS + 1];
byte mail[ACTORS + 1];
bool is_idle[ACTORS + 1] = true;
byte running[ACTORS + 1];
byte handled = 0;

/* Inbox::push, into `taken`. */
inline leave_wake_up(c, h) {
  atomic {
#ifdef PUSH_TO_ANY_STAY
    taken = true;
#else
    taken = inbox_home[worker_of(h)] == h;
#endif
    if
    :: taken && worker_of(h) == 0 -> inbox0!c
    :: taken && worker_of(h) == 1 -> inbox1!c
    :: !taken
    fi
  }
}

proctype outsider(byte actor) {
  byte h;
  bool woke, taken;
  atomic {
    mail[actor]++;
    woke = is_idle[actor];
    is_idle[actor] = false
  };
  if
  :: woke ->
     do
     :: h = home[actor];
        if
        :: h == HOMELESS -> break
        :: h != HOMELESS && inbox_home[worker_of(h)] != h -> break /* has_ended */
        :: else ->
           leave_wake_up(actor, h);
           if
           :: taken -> break
           :: else
           fi
        fi
     od;
     if
     :: !taken -> for_anybody!actor
     :: else
     fi
  :: else
  fi
}

inline arrive() {
  if
  :: own == HOMELESS ->
     own = 2 * stays + 1 + me;
     stays++;
     inbox_home[me] = own /* open */
  :: else
  fi
}

/* Into `is_mine`: the actor is at home here now, and was scheduled by this. */
inline claim() {
  is_mine = false;
  do
  :: h = home[cell];
     if
     :: h == own ->
        is_mine = !scheduled[cell];
        scheduled[cell] = true;
        break
     :: h != own && (h == HOMELESS || inbox_home[worker_of(h)] != h) ->
#ifdef MOVE_BY_STORE
        home[cell] = own;
        is_mine = true;
#else
        atomic { /* try_move_home */
          if
          :: home[cell] == h -> home[cell] = own; is_mine = true
          :: else
          fi
        };
#endif
        if
        :: is_mine -> scheduled[cell] = true; break
        :: else
        fi
     :: else ->
#ifdef WAKE_UP_FORGOTTEN
        break
#else
        leave_wake_up(cell, h);
        if
        :: taken -> break
        :: else
        fi
#endif
     fi
  od;
  taken = false;
  h = HOMELESS
}

inline take_wake_up() {
  arrive();
  claim();
  if
  :: is_mine -> due!cell; is_mine = false
  :: else
  fi;
  cell = NOBODY
}

/* In a turn of actor 1. */
inline send_to_2() {
  if
  :: home[2] == own ->
     own_mail[2]++;
     if
     :: !scheduled[2] -> scheduled[2] = true; due!2
     :: else
     fi
  :: else ->
     atomic {
       mail[2]++;
       woke = is_idle[2];
       is_idle[2] = false
     };
     if
     :: woke ->
        woke = false;
        cell = 2; /* wake */
        claim();
        if
        :: is_mine -> due!2; is_mine = false
        :: else
        fi;
        cell = 1
     :: else
     fi
  fi
}

inline run_turn() {
  due?cell;
  running[cell]++;
  assert(running[cell] == 1);
  do
  :: own_mail[cell] > 0 || mail[cell] > 0 ->
     atomic {
       if
       :: own_mail[cell] > 0 -> own_mail[cell]--
       :: else -> mail[cell]--
       fi;
       handled++
     };
     if
     :: cell == 1 -> send_to_2()
     :: else
     fi
  :: atomic { /* settle: try_idle, and then the flag, of which only this worker knows */
       own_mail[cell] == 0 && mail[cell] == 0 ->
       assert(home[cell] == own && scheduled[cell]);
       is_idle[cell] = true;
       running[cell]--
     };
     scheduled[cell] = false;
     break
  od;
  cell = NOBODY
}

proctype worker(byte me) {
  byte own = HOMELESS;
  byte stays = 0;
  byte cell, h;
  bool taken, is_mine, woke;
  chan due = [ACTORS] of { byte };
end:
  do
  :: len(due) > 0 -> run_turn()
  :: atomic { own != HOMELESS && len(due) == 0 && me == 0 && len(inbox0) > 0 -> inbox0?cell }; take_wake_up()
  :: atomic { own != HOMELESS && len(due) == 0 && me == 1 && len(inbox1) > 0 -> inbox1?cell }; take_wake_up()
  :: atomic { len(due) == 0 && len(for_anybody) > 0 -> for_anybody?cell }; take_wake_up()
  :: len(due) == 0 && own != HOMELESS ->
     atomic { /* close */
       if
#ifndef LEAVE_WITHOUT_LOOK
       :: (me == 0 && len(inbox0) > 0) || (me == 1 && len(inbox1) > 0)
#endif
       :: else -> inbox_home[me] = HOMELESS; own = HOMELESS
       fi
     }
  od
}

init {
  atomic {
    run worker(0);
    run worker(1);
    run outsider(1);
    run outsider(1);
    run outsider(1);
    run outsider(2)
  };
  timeout;
  assert(handled == MESSAGES);
  assert(is_idle[1] && is_idle[2] && !scheduled[1] && !scheduled[2]);
  assert(len(inbox0) == 0 && len(inbox1) == 0 && len(for_anybody) == 0)
}
