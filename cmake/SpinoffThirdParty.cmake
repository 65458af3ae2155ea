# The libraries from the shelf. `spinoff-config.cmake.in` finds the same ones for who links spinoff.

find_package(Threads REQUIRED)
find_package(TBB 2021 CONFIG REQUIRED)
find_package(fmt 9 CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(CLI11 2 CONFIG REQUIRED)
find_package(tomlplusplus 3 CONFIG REQUIRED)
find_package(MsgpackCxx REQUIRED)
find_package(CppZmq REQUIRED)
