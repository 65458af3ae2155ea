# What tests/ is built with: one executable a group, one CTest test a Boost.Test case.

find_package(Boost 1.74 REQUIRED COMPONENTS unit_test_framework)

# The runner's main, compiled once; BOOST_TEST_DYN_LINK for the dynamic library.
add_library(spinoff_test_main OBJECT "${PROJECT_SOURCE_DIR}/tests/support/boost_main.cpp")
target_compile_definitions(spinoff_test_main PUBLIC BOOST_TEST_DYN_LINK)
target_link_libraries(
  spinoff_test_main
  PUBLIC Boost::unit_test_framework
  PRIVATE spinoff_warnings)

# Suppressions go by the names of functions, so a sanitizer has to find the symbolizer of its own compiler.
set(symbolizer "")
if(SPINOFF_SANITIZE)
  find_program(SPINOFF_SYMBOLIZER NAMES llvm-symbolizer-19 REQUIRED)
  set(symbolizer ":external_symbolizer_path=${SPINOFF_SYMBOLIZER}")
endif()

# Sanitizers stop a test at the first report; the programs that it starts inherit this.
set(SPINOFF_TEST_ENVIRONMENT
    "ASAN_OPTIONS=halt_on_error=1:detect_leaks=1${symbolizer}"
    "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1${symbolizer}"
    "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1${symbolizer}:suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan-suppressions.txt"
)

# spinoff_test(<group> SOURCES <file>... LINKS <target>... LABELS <label>... [TIMEOUT <seconds>]
#              [DEPENDS <target>...] [OPTIMIZED some|full] [BEGINS_FIRST])
#
# Builds <group>_tests and gives each of its cases to CTest as `<group>.<suite>/<case>`. TIMEOUT (60 s
# unless told, times SPINOFF_PATIENCE) guards against hangs; no test may come near it. DEPENDS are programs
# that the tests start. Tests are compiled without optimization, quickly, since they are most of what there is to
# compile; with `OPTIMIZED some` where they compute much, except with sanitizers, whose tests choose smaller amounts;
# and with `full`, as the library is, where they look for races in what is inline. BEGINS_FIRST is for groups that would else end last, where CTest has not seen yet how
# long they take. A rule's id at the start of a case's name makes `ctest -R L04` find it.
function(spinoff_test group)
  cmake_parse_arguments(PARSE_ARGV 1 arg "BEGINS_FIRST" "TIMEOUT;OPTIMIZED" "SOURCES;LINKS;LABELS;DEPENDS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES OR NOT arg_LABELS)
    message(FATAL_ERROR "spinoff_test(${group}) needs SOURCES and LABELS, and knows no "
                        "'${arg_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  math(EXPR arg_TIMEOUT "${arg_TIMEOUT} * ${SPINOFF_PATIENCE}")

  set(target ${group}_tests)
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE spinoff_test_main spinoff_warnings ${arg_LINKS})
  target_precompile_headers(${target} PRIVATE <boost/test/unit_test.hpp>)
  if("spinoff::api" IN_LIST arg_LINKS)
    target_precompile_headers(${target} PRIVATE <spinoff/spinoff.hpp>)
  endif()
  if(NOT arg_OPTIMIZED)
    target_compile_options(${target} PRIVATE -O0)
  elseif(arg_OPTIMIZED STREQUAL "some")
    target_compile_options(${target} PRIVATE $<IF:$<BOOL:${SPINOFF_SANITIZE}>,-O0,-O1>)
  elseif(NOT arg_OPTIMIZED STREQUAL "full")
    message(FATAL_ERROR "spinoff_test(${group}): OPTIMIZED is 'some' or 'full', not '${arg_OPTIMIZED}'")
  endif()
  # A test that fails says where by itself; only sanitizers need the lines.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-g0>)
  if(SPINOFF_SANITIZE STREQUAL "address")
    # What tests do themselves gets no checks that are a quarter of their compilation; overflows, shifts, bounds
    # and what AddressSanitizer sees are checked, and the code under test has all of them.
    target_compile_options(${target} PRIVATE -fno-sanitize=vptr,null,alignment,object-size)
  endif()
  if(arg_DEPENDS)
    add_dependencies(${target} ${arg_DEPENDS})
  endif()

  set(case_file "${CMAKE_CURRENT_BINARY_DIR}/${group}_cases.cmake")
  set(include_file "${CMAKE_CURRENT_BINARY_DIR}/${group}_include.cmake")
  set(discover "${PROJECT_SOURCE_DIR}/cmake/discover_boost_tests.cmake")
  add_custom_command(
    TARGET ${target}
    POST_BUILD
    BYPRODUCTS "${case_file}"
    COMMAND
      "${CMAKE_COMMAND}" "-DGROUP=${group}" "-DPROGRAM=$<TARGET_FILE:${target}>"
      "-DCASE_FILE=${case_file}" "-DLABELS=${arg_LABELS}" "-DTIMEOUT=${arg_TIMEOUT}"
      "-DBEGINS_FIRST=${arg_BEGINS_FIRST}"
      "-DENVIRONMENT=${SPINOFF_TEST_ENVIRONMENT}" -P "${discover}"
    VERBATIM)
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${discover}")
  # A group that was not built is a failed test, not a missing one.
  file(
    WRITE "${include_file}"
    "if(EXISTS \"${case_file}\")\n"
    "  include(\"${case_file}\")\n"
    "else()\n"
    "  add_test(${group}.NOT_BUILT \"${target}\")\n"
    "endif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${include_file}")
endfunction()

# What a user of spinoff::api compiles with; to be quoted, since it is expanded later.
set(SPINOFF_USER_INCLUDES "$<TARGET_PROPERTY:spinoff_api,INTERFACE_INCLUDE_DIRECTORIES>")
set(SPINOFF_USER_INCLUDES "$<$<BOOL:${SPINOFF_USER_INCLUDES}>:-I$<JOIN:${SPINOFF_USER_INCLUDES},;-I>>")
set(SPINOFF_USER_DEFINITIONS "$<TARGET_PROPERTY:spinoff_api,INTERFACE_COMPILE_DEFINITIONS>")
set(SPINOFF_USER_DEFINITIONS "$<$<BOOL:${SPINOFF_USER_DEFINITIONS}>:-D$<JOIN:${SPINOFF_USER_DEFINITIONS},;-D>>")

# spinoff_compile_failure_header()
#
# Compiles ahead what each of the tests below includes, which is most of what their compilations take.
function(spinoff_compile_failure_header)
  set(header "${CMAKE_CURRENT_BINARY_DIR}/user.hpp")
  file(CONFIGURE OUTPUT "${header}" CONTENT "#include <spinoff/spinoff.hpp>\n")
  add_custom_command(
    OUTPUT "${header}.gch"
    COMMAND
      "${CMAKE_CXX_COMPILER}" -std=c++20 "${SPINOFF_USER_INCLUDES}" "${SPINOFF_USER_DEFINITIONS}" -x
      c++-header "${header}" -o "${header}.gch" -MD -MF "${header}.d" -MT "${header}.gch"
    DEPENDS "${header}"
    DEPFILE "${header}.d"
    COMMENT "Precompiling the header of the compile_failure tests"
    COMMAND_EXPAND_LISTS)
  add_custom_target(compile_failure_header ALL DEPENDS "${header}.gch")
endfunction()

# spinoff_compile_failure_test(<name> SOURCE <file> EXPECT <regex> [LINES <most>])
#
# A test that <file> does not compile for a user of spinoff::api, and that what the compiler says
# matches <regex>, in at most LINES lines. With SPINOFF_EXPECT_SUCCESS defined the same file has to
# compile, so that it cannot fail for a reason other than the one that it shows.
function(spinoff_compile_failure_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SOURCE;EXPECT;LINES" "")
  cmake_path(ABSOLUTE_PATH arg_SOURCE)
  add_test(
    NAME compile_failure.${name}
    COMMAND
      "${CMAKE_COMMAND}" "-DEXPECT=${arg_EXPECT}" "-DLINES=${arg_LINES}" -P
      "${PROJECT_SOURCE_DIR}/cmake/expect_compile_failure.cmake" -- "${CMAKE_CXX_COMPILER}" -std=c++20
      "${SPINOFF_USER_INCLUDES}" "${SPINOFF_USER_DEFINITIONS}" -fsyntax-only -Werror=invalid-pch -include
      "${CMAKE_CURRENT_BINARY_DIR}/user.hpp" "${arg_SOURCE}"
    COMMAND_EXPAND_LISTS)
  set_tests_properties(compile_failure.${name} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()
