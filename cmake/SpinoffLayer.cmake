# spinoff_layer(<name> SOURCES <file>... [LINKS <target>...] [PRIVATE_LINKS <target>...])
#
# Makes the layer <name> from the folder that calls it: the static library spinoff_<name>, known as
# spinoff::<name>, with
#   include/   what users include; installed
#   internal/  what the layers above include; never installed
#   src/       what only the layer itself includes
# LINKS is the layer below and what public headers include; PRIVATE_LINKS only src/ sees.
function(spinoff_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;PRIVATE_LINKS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "spinoff_layer(${name}) needs SOURCES, and knows no '${arg_UNPARSED_ARGUMENTS}'")
  endif()

  set(target spinoff_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(spinoff::${name} ALIAS ${target})
  spinoff_may_be_one(${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(
    ${target}
    PUBLIC "$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>"
           "$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/internal>"
           "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
    PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
  target_link_libraries(
    ${target}
    PUBLIC ${arg_LINKS}
    PRIVATE ${arg_PRIVATE_LINKS} $<BUILD_INTERFACE:spinoff_warnings>)

  set_property(GLOBAL APPEND PROPERTY SPINOFF_LAYERS ${target})
  install(TARGETS ${target} EXPORT spinoff-targets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  if(IS_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/include")
    install(
      DIRECTORY include/
      DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
      FILES_MATCHING
      PATTERN "*.hpp")
  endif()
endfunction()
