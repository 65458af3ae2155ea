# For who writes actors; installed with the package, and used by this tree's own programs.

# spinoff_add_node_program(<name> <source>...)
#
# An executable that runs a node and can load actor libraries (`--library`). It holds all of spinoff,
# also what it does not use itself, and exports it, so that a library finds its one copy there.
# Sources that only register actors belong in the list (or come from an OBJECT library): out of an
# archive the linker would drop them.
function(spinoff_add_node_program name)
  list(REMOVE_ITEM ARGN SOURCES)
  add_executable(${name} ${ARGN})
  set_target_properties(${name} PROPERTIES ENABLE_EXPORTS ON)

  # The real names, since an override does not see through an alias.
  set(layers spinoff::api spinoff::remoting spinoff::engine spinoff::serialization)
  if(TARGET spinoff_api)
    set(layers spinoff_api spinoff_remoting spinoff_engine spinoff_serialization)
  endif()
  list(JOIN layers "," override)
  set_target_properties(${name} PROPERTIES LINK_LIBRARY_OVERRIDE "WHOLE_ARCHIVE,${override}")
  target_link_libraries(${name} PRIVATE ${layers} ${CMAKE_DL_LIBS})
  if(TARGET spinoff_warnings)
    target_link_libraries(${name} PRIVATE spinoff_warnings)
  endif()
endfunction()

# spinoff_add_actor_library(<name> <source>...)
#
# A shared object with actor classes for `--library`. It sees spinoff's headers but links none of
# spinoff's archives: a second copy of the engine's state in one process would be a second engine.
function(spinoff_add_actor_library name)
  list(REMOVE_ITEM ARGN SOURCES)
  add_library(${name} MODULE ${ARGN})
  set_target_properties(${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET default)
  foreach(property COMPILE_DEFINITIONS COMPILE_FEATURES COMPILE_OPTIONS)
    string(TOLOWER ${property} command)
    cmake_language(CALL target_${command} ${name} PRIVATE
                   "$<TARGET_PROPERTY:spinoff::api,INTERFACE_${property}>")
  endforeach()
  target_include_directories(
    ${name} PRIVATE "$<TARGET_PROPERTY:spinoff::api,INTERFACE_INCLUDE_DIRECTORIES>")
  if(TARGET spinoff_warnings)
    target_link_libraries(${name} PRIVATE spinoff_warnings)
  endif()
endfunction()
