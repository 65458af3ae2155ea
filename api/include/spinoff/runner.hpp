/// A program that runs a node, as `startnode` does, with actor classes of one's own.
///
///     #include <spinoff/runner.hpp>
///     int main(int argc, char** argv) {
///       return spinoff::run_node(argc, argv);
///     }
///
/// The classes that it can run are those that the program registers (see registry.hpp) and those in
/// the shared objects that it is given with `--library`. Build it with the CMake function
/// `spinoff_add_node_program`, so that such a shared object finds spinoff in the program.
#pragma once

namespace spinoff {

/// Reads the command line, runs a node until its actor ends or a signal comes, and gives the
/// program's exit status:
///
///   0  the actor ended by itself, or SIGINT or SIGTERM stopped the node
///   1  the actor ended by an error
///   2  the node could not start: one line on standard error says why and what to do
///
/// A second signal ends the program at once, with 128 and the signal's number; the same signal
/// within 0.1 s is taken for the first one, since many senders reach a process twice (`timeout`, a
/// terminal and a parent that passes signals on). To be called once, by `main`, before the program
/// has threads, since signals are blocked in all of them. While it runs, log lines go to standard
/// error with the time in front.
int run_node(int argc, const char* const* argv);

}  // namespace spinoff
