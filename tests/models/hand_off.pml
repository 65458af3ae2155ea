/* The slot in which a worker keeps the actor that it woke last, and the thief.
 *
 * Models, step by step:
 *   OwnerLock::enter, enter_slowly, Own, Foreign               engine/.../owner_lock.hpp, .cpp
 *   Worker::push_at_home, wake, claim, settle, next, give_to   engine/.../worker.hpp, .cpp
 *   TurnOrder::add_woken, next, take_half                      engine/.../turn_order.hpp
 *   deliver, deliver_from_afar                                 engine/src/deliver.cpp
 * of three actors that are at home at worker 0 at first, where 1 waits for its turn. In that, it
 * sends a message to 2 and one to 3, so that both wait in the slot or the queue of the worker, and
 * each of them sends one back. Worker 1 may steal from worker 0 at any time, and the other way
 * round: an actor that waits, or a wake-up. A thread that is no worker sends a message to 2. The
 * mailbox is one step here (see mailbox.pml),
 * and so is each access to an inbox (see inbox.pml). What the kernel's membarrier does for the lock
 * is that all is sequentially consistent, as everything is here.
 *
 * What has to hold: no actor runs twice at a time, nor is its own mail or its place in a queue
 * touched by two; every message is handled, also those in the slot of a worker that does not get
 * to it; when nothing moves any more nothing is left, and the lock keeps nobody out for ever.
 *
 * run:
 * refute: THIEF_DOES_NOT_WAIT    Foreign does not wait until the owner is outside
 * refute: OWNER_DOES_NOT_LOOK    enter does not look whether the lock is wanted
 * refute: HOME_STAYS             give_to does not move the actors' home
 * refute: SETTLE_OUTSIDE         settle says after the lock that the actor is not scheduled
 * refute: SLOT_OVERWRITTEN       add_woken drops whom it displaces from the slot
 */
#define NOBODY 0
#define ACTORS 3
#define OTHERS 2

/* Of each worker. */
bool inside[2];
bool wanted[2];
byte in_lock[2];  /* how many are: for the check */
byte slot[2];
chan woken0 = [ACTORS] of { byte };
chan woken1 = [ACTORS] of { byte };
chan inbox0 = [4] of { byte };
chan inbox1 = [4] of { byte };
#define woken(w, c) if :: w == 0 -> woken0!c :: else -> woken1!c fi
#define leave_wake_up(c) if :: home[c] == 0 -> inbox0!c :: else -> inbox1!c fi

/* Of each actor. */
byte home[ACTORS + 1];
bool scheduled[ACTORS + 1];
byte own_mail[ACTORS + 1];
byte mail[ACTORS + 1];
bool is_idle[ACTORS + 1];
byte running[ACTORS + 1];
byte handled[ACTORS + 1];
byte to_send = OTHERS; /* by actor 1 */

inline own(w) {
  inside[w] = true;
#ifndef OWNER_DOES_NOT_LOOK
  do /* enter_slowly */
  :: !wanted[w] -> break
  :: else ->
     inside[w] = false;
     !wanted[w];
     inside[w] = true
  od;
#endif
  in_lock[w]++;
  assert(in_lock[w] == 1)
}

inline leave(w) {
  in_lock[w]--;
  inside[w] = false
}

/* There is one other, so nobody else wants it. */
inline foreign(w) {
  wanted[w] = true;
#ifndef THIEF_DOES_NOT_WAIT
  !inside[w];
#endif
  in_lock[w]++;
  assert(in_lock[w] == 1)
}

inline leave_foreign(w) {
  in_lock[w]--;
  wanted[w] = false
}

inline add_woken(w, c) {
  if
  :: slot[w] != NOBODY ->
#ifndef SLOT_OVERWRITTEN
     woken(w, slot[w])
#endif
  :: else
  fi;
  slot[w] = c
}

inline push_from_afar(c) {
  atomic {
    mail[c]++;
    woke = is_idle[c];
    is_idle[c] = false
  };
  if
  :: woke -> leave_wake_up(c)
  :: else
  fi;
  woke = false
}

inline deliver(w, c) {
  own(w);
  if
  :: home[c] == w ->
     own_mail[c]++;
     if
     :: !scheduled[c] -> scheduled[c] = true; add_woken(w, c)
     :: else
     fi;
     leave(w)
  :: else ->
     leave(w);
     push_from_afar(c)
  fi
}

inline next_turn(w) {
  own(w);
  if
  :: slot[w] != NOBODY -> cell = slot[w]; slot[w] = NOBODY
  :: w == 0 && len(woken0) > 0 -> woken0?cell
  :: w == 1 && len(woken1) > 0 -> woken1?cell
  :: else -> cell = NOBODY
  fi;
  leave(w)
}

/* Into `over`. */
inline settle(w) {
  own(w);
  assert(home[cell] == w && scheduled[cell]);
  atomic {
    over = mail[cell] == 0 && own_mail[cell] == 0;
    if
    :: over -> is_idle[cell] = true; running[cell]--
    :: else
    fi
  };
#ifdef SETTLE_OUTSIDE
  leave(w);
  if
  :: over -> scheduled[cell] = false
  :: else
  fi
#else
  if
  :: over -> scheduled[cell] = false
  :: else
  fi;
  leave(w)
#endif
}

inline handle(w) {
  handled[cell]++;
  if
  :: cell == 1 && to_send == 2 -> to_send--; deliver(w, 2)
  :: cell == 1 && to_send == 1 -> to_send--; deliver(w, 3)
  :: cell != 1 && handled[cell] == 1 -> deliver(w, 1)
  :: else
  fi
}

inline run_turn(w) {
  running[cell]++;
  assert(running[cell] == 1);
  over = false;
  do
  :: over -> break
  :: else ->
     if
     :: own_mail[cell] > 0 -> own_mail[cell]--; handle(w)
     :: else ->
        atomic {
          if
          :: mail[cell] > 0 -> mail[cell]--; over = true
          :: else
          fi
        };
        if
        :: over -> over = false; handle(w)
        :: else -> settle(w)
        fi
     fi
  od;
  cell = NOBODY;
  over = false
}

/* Comes with a wake-up. */
inline claim(w) {
  if
  :: home[cell] == w ->
     own(w);
     if
     :: home[cell] == w && !scheduled[cell] ->
        scheduled[cell] = true;
        woken(w, cell);
        leave(w)
     :: home[cell] == w && scheduled[cell] -> leave(w)
     :: home[cell] != w -> leave(w); leave_wake_up(cell)
     fi
  :: else -> leave_wake_up(cell)
  fi;
  cell = NOBODY
}

/* take_those_at_home: of one that is at home elsewhere, the thief goes there with the wake-up. */
inline take_wake_up() {
  atomic {
    if
    :: victim == 0 && len(inbox0) > 0 -> inbox0?cell
    :: victim == 1 && len(inbox1) > 0 -> inbox1?cell
    :: else
    fi
  };
  if
  :: cell != NOBODY && home[cell] != victim -> stranger = cell; cell = NOBODY
  :: cell != NOBODY && home[cell] == victim ->
     if
     :: scheduled[cell] -> cell = NOBODY
     :: else -> scheduled[cell] = true
     fi
  :: else
  fi
}

/* One actor at a time: the queue's, or if there is none, that in the slot; or one of a wake-up. */
inline steal(w) {
  foreign(victim);
  if
  :: victim == 0 && len(woken0) > 0 -> woken0?cell
  :: victim == 1 && len(woken1) > 0 -> woken1?cell
  :: else ->
     if
     :: slot[victim] != NOBODY -> cell = slot[victim]; slot[victim] = NOBODY
     :: else -> take_wake_up()
     fi
  fi;
#ifndef HOME_STAYS
  if
  :: cell != NOBODY -> home[cell] = w
  :: else
  fi;
#endif
  leave_foreign(victim);
  if
  :: cell != NOBODY ->
     own(w);
     woken(w, cell);
     leave(w)
  :: else
  fi;
  cell = NOBODY;
  if
  :: stranger != NOBODY -> cell = stranger; stranger = NOBODY; claim(w)
  :: else
  fi
}

#define has_any(w) (slot[w] != NOBODY || (w == 0 && len(woken0) > 0) || (w == 1 && len(woken1) > 0))

proctype worker(byte w) {
  byte victim = 1 - w;
  byte cell, stranger;
  bool over, woke;
end:
  do
  :: has_any(w) ->
     next_turn(w);
     if
     :: cell != NOBODY -> run_turn(w)
     :: else
     fi
  :: has_any(victim) || (w == 0 && len(inbox1) > 0) || (w == 1 && len(inbox0) > 0) -> steal(w)
  :: atomic { w == 0 && len(inbox0) > 0 -> inbox0?cell }; claim(w)
  :: atomic { w == 1 && len(inbox1) > 0 -> inbox1?cell }; claim(w)
  od
}

proctype outsider() {
  bool woke;
  push_from_afar(2)
}

init {
  atomic {
    is_idle[2] = true;
    is_idle[3] = true;
    scheduled[1] = true;
    mail[1] = OTHERS;
    woken0!1;
    run worker(0);
    run worker(1);
    run outsider()
  };
  timeout;
  assert(handled[1] == 2 * OTHERS && handled[2] == 2 && handled[3] == 1);
  assert(!scheduled[1] && !scheduled[2] && !scheduled[3]);
  assert(is_idle[1] && is_idle[2] && is_idle[3]);
  assert(!has_any(0) && !has_any(1) && len(inbox0) == 0 && len(inbox1) == 0)
}
