# Runs after a test program was linked: asks it for its cases and writes a file that tells CTest of each.
# In: PROGRAM, GROUP, CASE_FILE, LABELS, TIMEOUT, BEGINS_FIRST, ENVIRONMENT.

cmake_minimum_required(VERSION 3.25)

# Boost.Test lists on stderr. Leaks at this early exit are its own.
execute_process(
  COMMAND "${CMAKE_COMMAND}" -E env ASAN_OPTIONS=detect_leaks=0 "${PROGRAM}" --list_content=HRF
  OUTPUT_VARIABLE listing
  ERROR_VARIABLE listing
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} cannot list its test cases (${result}):\n${listing}")
endif()

# `name*`, or `name ` if disabled, each level indented by four spaces; `: text` is a description.
string(REPLACE ";" "\\;" listing "${listing}")
string(REPLACE "\n" ";" listing "${listing}")
set(depths "")
set(names "")
set(states "")
foreach(line IN LISTS listing)
  string(REGEX REPLACE "([* ]): .*$" "\\1" line "${line}")
  if(line MATCHES "^( *)(.*[^ ])([* ])$")
    string(LENGTH "${CMAKE_MATCH_1}" depth)
    list(APPEND names "${CMAKE_MATCH_2}")
    list(APPEND depths ${depth})
    list(APPEND states "<${CMAKE_MATCH_3}>")
  elseif(NOT line STREQUAL "")
    message(FATAL_ERROR "${PROGRAM} lists '${line}', which is no test case's name")
  endif()
endforeach()

set(script "")
set(path "")
set(count 0)
list(LENGTH names total)
set(index 0)
while(index LESS total)
  list(GET names ${index} name)
  list(GET depths ${index} depth)
  list(GET states ${index} state)
  math(EXPR level "${depth} / 4")
  list(SUBLIST path 0 ${level} path)
  list(APPEND path "${name}")

  # A case is what has nothing deeper after it.
  math(EXPR index "${index} + 1")
  set(next_depth 0)
  if(index LESS total)
    list(GET depths ${index} next_depth)
  endif()
  if(next_depth LESS_EQUAL depth)
    list(JOIN path "/" case)
    set(test "${GROUP}.${case}")
    # Boost's own signal handling would take a child's exit for an error, and hide a crash's signal.
    string(
      APPEND
      script
      "add_test([==[${test}]==] [==[${PROGRAM}]==] [==[--run_test=${case}]==] --catch_system_errors=no "
      "--color_output=no --log_level=message)\n"
      "set_tests_properties([==[${test}]==] PROPERTIES TIMEOUT ${TIMEOUT} "
      "LABELS [==[${LABELS}]==] ENVIRONMENT [==[${ENVIRONMENT}]==] "
      "FAIL_REGULAR_EXPRESSION [==[did not check any assertions]==]")
    if(NOT state STREQUAL "<*>")
      string(APPEND script " DISABLED TRUE")
    endif()
    string(APPEND script ")\n")
    if(BEGINS_FIRST)
      string(APPEND script "set_tests_properties([==[${test}]==] PROPERTIES COST ${TIMEOUT})\n")
    endif()
    math(EXPR count "${count} + 1")
  endif()
endwhile()

if(count EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} has no test cases; is a source missing from spinoff_test(${GROUP})?")
endif()
file(WRITE "${CASE_FILE}" "${script}")
