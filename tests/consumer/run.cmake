# Installs a build into an empty folder, builds the project beside this file against it, and runs what
# comes out of it: a program that links spinoff, and one that loads actors from a shared object.
# In: BUILD_DIR, SOURCE_DIR (of spinoff), GENERATOR, COMPILER, BUILD_TYPE. Leaves nothing behind.
cmake_minimum_required(VERSION 3.25)

string(RANDOM LENGTH 8 suffix)
set(work "${BUILD_DIR}/consumer-${suffix}")

function(fail reason)
  file(REMOVE_RECURSE "${work}")
  message(FATAL_ERROR "${reason}")
endfunction()

function(run what)
  execute_process(
    COMMAND ${ARGN}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    fail("${what} failed (${result}):\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run("Installing" "${CMAKE_COMMAND}" --install "${BUILD_DIR}" --prefix "${work}/prefix")

# A package that names the tree it came from only works on the machine that built it.
file(GLOB_RECURSE package_files "${work}/prefix/*.cmake")
foreach(package_file IN LISTS package_files)
  file(READ "${package_file}" text)
  string(FIND "${text}" "${SOURCE_DIR}" position)
  if(NOT position EQUAL -1)
    fail("${package_file} refers to the source tree ${SOURCE_DIR}")
  endif()
endforeach()
if(EXISTS "${work}/prefix/include/spinoff/engine")
  fail("Internal headers were installed to ${work}/prefix/include/spinoff/engine")
endif()

run("Configuring the consumer" "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${work}/build" -G
    "${GENERATOR}" "-DCMAKE_PREFIX_PATH=${work}/prefix" "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}")
run("Building the consumer" "${CMAKE_COMMAND}" --build "${work}/build")

run("Running the consumer" "${work}/build/hello")
if(NOT output MATCHES "hello from outside")
  fail("The consumer should say 'hello from outside', but said:\n${output}")
endif()
run("Running a test of the consumer's" "${work}/build/tested")
if(NOT output MATCHES "an hour has passed")
  fail("The simulation should say 'an hour has passed', but said:\n${output}")
endif()
run("Running a node with a library" "${work}/build/consumer_node" --library
    "${work}/build/consumer_actors.so" --actor consumer.GreetOnce --params "name='from a library'")
if(NOT output MATCHES "hello from a library")
  fail("The node should say 'hello from a library', but said:\n${output}")
endif()
file(REMOVE_RECURSE "${work}")
