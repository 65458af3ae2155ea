# cmake -DEXPECT=<regex> [-DLINES=<most>] -P expect_compile_failure.cmake -- <compiler and arguments>
# Passes if the compiler fails and says what matches EXPECT, in at most LINES lines, and if the same
# file compiles with SPINOFF_EXPECT_SUCCESS defined.

cmake_minimum_required(VERSION 3.25)

set(command "")
set(after_dashes OFF)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(after_dashes)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
    set(after_dashes ON)
  endif()
endforeach()
set(ENV{LC_ALL} C)

execute_process(COMMAND ${command} -DSPINOFF_EXPECT_SUCCESS RESULT_VARIABLE result ERROR_VARIABLE said)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "Does not even compile with SPINOFF_EXPECT_SUCCESS:\n${said}")
endif()

execute_process(COMMAND ${command} RESULT_VARIABLE result ERROR_VARIABLE said)
if(result EQUAL 0)
  message(FATAL_ERROR "Compiles, but should fail with '${EXPECT}'")
endif()
if(NOT said MATCHES "${EXPECT}")
  message(FATAL_ERROR "Fails as it should, but does not say '${EXPECT}':\n${said}")
endif()
if(LINES)
  string(REGEX MATCHALL "\n" ends "${said}")
  list(LENGTH ends lines)
  if(lines GREATER LINES)
    message(FATAL_ERROR "Says what it should, but in ${lines} lines, more than ${LINES}:\n${said}")
  endif()
endif()
