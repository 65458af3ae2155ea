/* How workers go to sleep, are called, and end.
 *
 * Models, step by step:
 *   TbbExecutor::wake_from_outside (its end), call, run_shift, stays, rests, watch, send_watcher,
 *   finds_work, end_shifts                                     engine/src/tbb_executor.cpp
 * of an executor with WORKERS workers, whose threads are TBB's: one more than workers, which take
 * shifts from its queue. What there is to do is a count in the executor's inbox, to which two
 * threads add; one of them adds something more at any time, also while the executor ends: a wake-up
 * whose message has been handled. How long the watcher stays, how long somebody rests, and what the
 * watcher sees, is left open.
 *
 * What has to hold: nobody sleeps while there is work; no more workers are awake than may be; there
 * is one watcher at most; the end comes, and nobody touches the executor after it.
 *
 * run:
 * run: WORKERS=1
 * refute: SLEEP_WITHOUT_LOOK    stays does not look at the inbox after it has left `awake_`
 * refute: CALL_BEFORE_PUSH      whoever adds work looks at `awake_` before it has
 * refute: NO_COUNT_FOR_CALLED   call does not count whom it calls as awake
 * refute: CALL_MISSED           who has rested for long does not look whether it was called
 *                               meanwhile
 * refute: END_WITHOUT_WAIT      the end does not wait for the shifts
 * refute: END_NOT_SEEN          the watcher does not look whether the executor ends
 */
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef WORK
#define WORK 2
#endif

#define WORKER_SHIFT 1
#define WATCHER_SHIFT 2

#define NONE 0
#define RESTING 1
#define CALLED 2

chan sent = [WORKERS + 2] of { byte }; /* TBB's queue */

bool mutex = false;
byte awake = 0;
bool watching = false;
bool called = false;
byte rest = NONE;
bool ends = false;
byte shifts = 0;
byte inbox = 0;

byte done = 0;          /* work that was done; also wake-ups that mean nothing */
byte watchers = 0;      /* for the check */
bool is_gone = false;   /* the executor */

inline lock() { atomic { !mutex -> mutex = true } }
inline unlock() { mutex = false }
inline touch() { assert(!is_gone) }

inline send(role) {
  shifts++;
  sent!role
}

inline send_watcher() {
  watching = awake < WORKERS && !ends;
  if
  :: watching -> send(WATCHER_SHIFT)
  :: else
  fi
}

inline count_as_awake() {
#ifndef NO_COUNT_FOR_CALLED
  awake++
#else
  skip
#endif
}

inline call() {
  lock();
  if
  :: awake != 0 || ends -> skip
  :: else ->
     if
     :: rest == RESTING ->
        count_as_awake();
        rest = CALLED;
        if
        :: !watching -> send_watcher()
        :: else
        fi
     :: rest != RESTING && watching ->
        count_as_awake();
        called = true
     :: rest != RESTING && !watching ->
        awake++;
        send(WORKER_SHIFT);
        send_watcher()
     fi
  fi;
  unlock()
}

inline wake() {
#ifdef CALL_BEFORE_PUSH
  seen = awake;
  inbox++;
#else
  inbox++;
  seen = awake;
#endif
  if
  :: seen == 0 -> call()
  :: else
  fi
}

/* With the lock; without it afterwards. Into `works`. */
inline watch() {
  watchers++;
  assert(watchers == 1);
  do
  :: called ->
     called = false;
     watchers--;
     send_watcher();
     works = true;
     unlock();
     break
  :: else ->
     if
#ifndef END_NOT_SEEN
     :: ends || awake == WORKERS -> works = false
     :: !ends && awake == 0 -> works = false  /* it has been quiet for long */
     :: !ends && awake == 0 -> goto look_again
#else
     :: awake == WORKERS -> works = false
     :: awake == 0 -> goto look_again
#endif
     :: !ends && awake != 0 && awake != WORKERS && inbox > 0 ->
        watchers--;
        awake++;
        send_watcher();
        works = true;
        unlock();
        break
     :: !ends && awake != 0 && awake != WORKERS -> goto look_again
     fi;
     watching = false;
     watchers--;
     unlock();
     break;
look_again:
     unlock(); /* wait_for */
     lock()
  od
}

/* With the lock; without it afterwards. Into `works`, which is false before. */
inline rests() {
  if
  :: rest != NONE
  :: else ->
     rest = RESTING;
     do
     :: rest == CALLED || ends -> works = rest == CALLED; break
     :: else ->
        if
        :: break /* it has rested for long */
        :: unlock();
           lock() /* wait_for */
#ifdef CALL_MISSED
           ;
           if
           :: break
           :: skip
           fi
#endif
        fi
     od;
     rest = NONE
  fi;
  unlock()
}

inline stays() {
  touch();
  lock();
  awake--;
  works = false;
  if
#ifndef SLEEP_WITHOUT_LOOK
  :: inbox > 0 -> awake++; works = true; unlock()
#endif
  :: else ->
     if
     :: watching || WORKERS == 1 -> rests()
     :: else -> watching = true; watch()
     fi
  fi
}

proctype thread() {
  byte role;
  bool works;
end:
  do
  :: sent?role ->
     touch();
     works = true;
     if
     :: role == WATCHER_SHIFT -> lock(); watch()
     :: else
     fi;
     do
     :: works ->
        assert(awake <= WORKERS);
        do
        :: atomic { inbox > 0 -> inbox--; done++ }
        :: inbox == 0 -> break
        od;
        stays()
     :: else -> break
     od;
     touch();
     role = 0;
     shifts--
  od
}

proctype outsider() {
  byte seen;
  wake();
  seen = 0
}

proctype late_one() {
  byte seen;
  wake();
  seen = 0
}

/* When all actors have closed. What the late one says may still be on its way. */
proctype end_of_executor() {
  done >= WORK;
  lock();
  ends = true;
  unlock();
#ifndef END_WITHOUT_WAIT
  shifts == 0;
#endif
  is_gone = true
}

init {
  byte i;
  atomic {
    for (i : 0 .. WORKERS) {
      run thread()
    }
    for (i : 1 .. WORK) {
      run outsider()
    }
    run late_one();
    run end_of_executor()
  };
  timeout;
  assert(is_gone && done + inbox == WORK + 1 && done >= WORK);
  assert(shifts == 0 && awake == 0 && !watching && !called && rest == NONE)
}
