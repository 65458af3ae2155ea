/* The mailbox of an actor, and when the actor is idle or scheduled.
 *
 * Models, atomic step by atomic step:
 *   Mailbox::push, push_system (tie_to_system, wake), next, pop_pending, put_back, take_chain,
 *   absorb, take_system, try_idle, close_user, close_system     engine/.../mailbox.hpp
 *   Cell::take_turn, process_system_mail                        engine/src/cell_turn.cpp
 *   Lane::schedule, settle, yield, next                         engine/src/lane.cpp
 * of one actor with a lane of two threads, so that any of them may run it next. Three user
 * messages come from two threads, and a system message from one more; or there are two, from one
 * thread, the system message is a stop, and somebody comes once with a wake-up from another life of
 * the place. Counts of messages, and messages that are put aside, are left out.
 *
 * What has to hold: the actor never runs twice at a time; whatever was sent is handled, or, if the
 * actor stopped, refused or dropped, once; messages of one sender are handled in order; and when
 * nothing moves any more, nothing is left, and the actor is idle or closed.
 *
 * run:
 * run: WITH_STOP
 * refute: WITH_STOP LOSE_WAKE_MARK      wake leaves no mark where it finds `empty`
 * refute: IDLE_BY_STORE                 try_idle reads and writes in two steps
 * refute: SETTLE_AFTERWARDS             is_scheduled is put back after the lock was left
 * refute: LATE SCHEDULE_ALWAYS          a wake-up does not ask whether the actor is scheduled
 * refute: WITH_STOP CLOSE_BY_STORE      close_user reads and writes in two steps
 */
#ifdef WITH_STOP
#define USER 2 /* messages 1 to USER; 1 and 2 are of one sender, in this order */
#define SYSTEM 3
#else
#define USER 3
#define SYSTEM 4
#endif

#define NONE 0
#define IDLE 101
#define EMPTY 102
#define WAKE 103
#define CLOSED 104
#define is_mark(last) (last >= IDLE)

byte last = IDLE;
byte first = NONE;
byte sys = NONE;
byte next[SYSTEM + 1];

/* The own mail. */
byte pending = NONE;
byte last_pending = NONE;

/* The lane. */
bool mutex = false;
bool scheduled = false;
byte due = 0;  /* of the one actor */

/* What happened. */
byte running = 0;
byte done[SYSTEM + 1];      /* handled, refused or dropped */
bool stops = false;      /* it was asked to */
bool is_closed = false;  /* it has */

inline lock() { atomic { !mutex -> mutex = true } }
inline unlock() { mutex = false }

inline finish(message) {
  d_step {
    assert(done[message] == 0);
    done[message]++
  }
}

inline handle(message) {
  assert(message != 2 || done[1] == 1);
  finish(message)
}

/* Lane::schedule. */
inline schedule() {
  lock();
#ifdef SCHEDULE_ALWAYS
  if
  :: !is_closed -> due++
  :: else
  fi;
#else
  if
  :: !is_closed && !scheduled -> scheduled = true; due++
  :: else
  fi;
#endif
  unlock();
}

inline push(message) {
  next[message] = NONE;
  atomic { /* the exchange that succeeds */
    before = last;
    if
    :: last == CLOSED -> skip
    :: else -> last = message
    fi
  };
  if
  :: before == CLOSED -> finish(message)
  :: before != CLOSED && is_mark(before) ->
     first = message;
     if
     :: before == IDLE -> schedule()
     :: else
     fi
  :: else -> next[before] = message
  fi;
  before = NONE
}

inline push_system(message) {
  do /* tie_to_system */
  :: before = sys;
     if
     :: before == CLOSED -> break
     :: else ->
        next[message] = before;
        atomic {
          if
          :: sys == before -> sys = message; tied = true
          :: else -> tied = false
          fi
        };
        if
        :: tied -> break
        :: else
        fi
     fi
  od;
  if
  :: before == CLOSED -> finish(message)
  :: else ->
     do /* wake */
     :: seen = last;
        if
        :: seen == IDLE ->
           atomic {
             if
             :: last == IDLE -> last = EMPTY; tied = true
             :: else -> tied = false
             fi
           };
           if
           :: tied -> schedule(); break
           :: else
           fi
        :: seen == EMPTY ->
#ifdef LOSE_WAKE_MARK
           break
#else
           atomic {
             if
             :: last == EMPTY -> last = WAKE; tied = true
             :: else -> tied = false
             fi
           };
           if
           :: tied -> break
           :: else
           fi
#endif
        :: else -> break
        fi
     od
  fi;
  before = NONE
}

inline append(from, to) {
  if
  :: pending == NONE -> pending = from
  :: else -> next[last_pending] = from
  fi;
  last_pending = to
}

inline take_chain() {
  first != NONE; /* wait_until_written */
  head = first;
  first = NONE;
  atomic { tail = last; last = EMPTY }
}

inline pop_pending() {
  message = pending;
  if
  :: message == NONE
  :: else ->
     if
     :: message == last_pending -> pending = NONE
     :: else ->
        next[message] != NONE; /* wait_until_written */
        pending = next[message]
     fi
  fi
}

/* Mailbox::next, into `message`. */
inline next_message() {
  if
  :: pending == NONE ->
     seen = last;
     if
     :: is_mark(seen) -> message = NONE
     :: else ->
        take_chain();
        if
        :: head == tail -> message = head
        :: else -> append(head, tail); pop_pending()
        fi
     fi
  :: else -> pop_pending()
  fi
}

/* Into `idle`. */
inline try_idle() {
  seen = last;
  idle = false;
  if
  :: seen == WAKE ->
     atomic {
       if
       :: last == WAKE -> last = EMPTY
       :: else
       fi
     }
  :: else ->
     if
     :: sys != NONE -> skip
     :: else ->
        if
        :: seen == IDLE -> idle = true
        :: seen == EMPTY ->
#ifdef IDLE_BY_STORE
           if
           :: last == EMPTY -> last = IDLE; idle = true
           :: else
           fi
#else
           atomic {
             if
             :: last == EMPTY -> last = IDLE; idle = true
             :: else
             fi
           }
#endif
        :: else
        fi
     fi
  fi
}

/* The newest is in front: so the oldest is looked for each time. */
inline handle_system(chain) {
  do
  :: chain == NONE -> break
  :: else ->
     message = chain;
     chain = next[message];
     finish(message);
#ifdef WITH_STOP
     stops = true
#endif
  od
}

inline close() {
  do /* close_user */
  :: seen = last;
     if
     :: !is_mark(seen) -> take_chain(); append(head, tail); seen = EMPTY
     :: else
     fi;
#ifdef CLOSE_BY_STORE
     last = CLOSED;
     break
#else
     atomic {
       if
       :: last == seen -> last = CLOSED; tied = true
       :: else -> tied = false
       fi
     };
     if
     :: tied -> break
     :: else
     fi
#endif
  od;
  do
  :: pop_pending();
     if
     :: message == NONE -> break
     :: else -> finish(message)
     fi
  od;
  atomic { head = sys; sys = CLOSED }; /* close_system */
  handle_system(head)
}

inline settle() {
  lock();
  try_idle();
  if
  :: idle ->
#ifdef SETTLE_AFTERWARDS
     running--; unlock(); scheduled = false
#else
     running--; scheduled = false; unlock()
#endif
  :: else -> unlock()
  fi
}

inline run_turn() {
  running++;
  assert(running == 1);
  do
  :: sys != NONE ->
     atomic { head = sys; sys = NONE };
     handle_system(head)
  :: else ->
     if
     :: stops ->
        close();
        lock(); /* let_go */
        is_closed = true;
        running--;
        unlock();
        break
     :: else ->
        next_message();
        if
        :: message == NONE ->
           settle();
           if
           :: idle -> break
           :: else
           fi
        :: else ->
           if
           :: handle(message)
           :: next[message] = pending; /* the budget is used up: put_back */
              if
              :: pending == NONE -> last_pending = message
              :: else
              fi;
              pending = message;
              lock();
              running--;
              due++; /* yield */
              unlock();
              break
           fi
        fi
     fi
  od
}

active [2] proctype thread() {
  byte message, head, tail, seen;
  bool idle, tied;
end:
  do
  :: atomic { !mutex && due > 0 -> due-- };
     run_turn();
     atomic { message = NONE; head = NONE; tail = NONE; seen = NONE; idle = false; tied = false }
  od
}

active proctype sender_of_two() {
  byte before;
  push(1);
  push(2)
}

#if USER == 3
active proctype sender_of_one() {
  byte before;
  push(3)
}
#endif

active proctype sender_of_system() {
  byte before, seen;
  bool tied;
  push_system(SYSTEM)
}

#if defined(WITH_STOP) || defined(LATE)
active proctype late_wake_up() { schedule() }
#endif

active proctype nothing_is_left() {
  byte i;
  timeout;
  for (i : 1 .. SYSTEM) {
    assert(done[i] == 1)
  }
  assert(running == 0 && due == 0);
#ifdef WITH_STOP
  assert(is_closed && last == CLOSED && sys == CLOSED)
#else
  assert(last == IDLE && !scheduled)
#endif
}
