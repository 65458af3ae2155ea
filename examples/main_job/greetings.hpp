// The distributed example as two real processes.
#pragma once

namespace spinoff::examples::main_job {

/// Starts example2's two nodes, shows what they write until so many greetings were acknowledged,
/// and stops them. Throws if anything of that does not happen. If this process is interrupted
/// meanwhile, so are they.
void greet(int greetings);

}  // namespace spinoff::examples::main_job
