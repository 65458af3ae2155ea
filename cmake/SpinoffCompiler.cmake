# How everything in this tree is compiled: the language, warnings, sanitizers, the compiler cache.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# Coroutines and concepts need no module scan; it would only cost time.
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
# A user may link the archives into a shared object of their own.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug, RelWithDebInfo or MinSizeRel" FORCE)
endif()

# Linked by what is ours, and by nothing that is installed: a user's own warnings are theirs.
add_library(spinoff_warnings INTERFACE)
target_compile_options(
  spinoff_warnings
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wnon-virtual-dtor
            -Wold-style-cast
            # libstdc++ 12 deprecates what its own stable_sort calls, and Clang tells the caller of it.
            $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
if(PROJECT_IS_TOP_LEVEL)
  target_compile_options(spinoff_warnings INTERFACE -Werror)
endif()

set(SPINOFF_SANITIZE "" CACHE STRING "address (with undefined behaviour), thread, or nothing")
set_property(CACHE SPINOFF_SANITIZE PROPERTY STRINGS "" address thread)
if(SPINOFF_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  add_compile_definitions(SPINOFF_SANITIZED=1)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    add_compile_options("-fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/ubsan-ignorelist.txt")
  endif()
elseif(SPINOFF_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
  add_compile_definitions(SPINOFF_SANITIZED=1 SPINOFF_TSAN=1)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    add_compile_options("-fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/tsan-ignorelist.txt")
  endif()
elseif(SPINOFF_SANITIZE)
  message(FATAL_ERROR "SPINOFF_SANITIZE is '${SPINOFF_SANITIZE}'; use address, thread or nothing")
endif()

option(SPINOFF_FUZZ "Let all code tell libFuzzer where it went; needs Clang" OFF)
if(SPINOFF_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

option(SPINOFF_TOGETHER "Compile a target's sources as one: quicker, if all of them are to be compiled" OFF)

# spinoff_may_be_one(<target>)
#
# With SPINOFF_TOGETHER, all sources of the target are compiled as one, so that what they include is read once:
# names in their unnamed namespaces have to differ. A source for which that is too much to ask has the property
# SKIP_UNITY_BUILD_INCLUSION. Of constants that nobody uses Clang then says nothing; of functions GCC still does.
function(spinoff_may_be_one target)
  set_target_properties(
    ${target} PROPERTIES UNITY_BUILD ${SPINOFF_TOGETHER} UNITY_BUILD_BATCH_SIZE 0
                         UNITY_BUILD_CODE_BEFORE_INCLUDE "// NOLINTNEXTLINE(bugprone-suspicious-include)")
endfunction()

find_program(SPINOFF_CCACHE ccache)
if(SPINOFF_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without this, ccache gives up on every file that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
      "CCACHE_SLOPPINESS=pch_defines,time_macros" "${SPINOFF_CCACHE}")
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Else no two precompiled headers are alike, and the compiler cache never hits.
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()
