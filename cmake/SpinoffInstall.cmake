# The package that `find_package(spinoff CONFIG)` finds after `cmake --install`.

include(CMakePackageConfigHelpers)

# spinoff::spinoff is all of it, for who does not care about layers.
add_library(spinoff INTERFACE)
add_library(spinoff::spinoff ALIAS spinoff)
target_link_libraries(spinoff INTERFACE spinoff_api)
install(TARGETS spinoff EXPORT spinoff-targets)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/spinoff")
install(
  EXPORT spinoff-targets
  NAMESPACE spinoff::
  DESTINATION "${package_dir}")
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/spinoff-config.cmake.in" "${PROJECT_BINARY_DIR}/spinoff-config.cmake"
  INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/spinoff-config-version.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(
  FILES "${PROJECT_BINARY_DIR}/spinoff-config.cmake"
        "${PROJECT_BINARY_DIR}/spinoff-config-version.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/spinoff-actors.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/FindMsgpackCxx.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/FindCppZmq.cmake"
  DESTINATION "${package_dir}")
