# libzmq with its C++ header. Found by file, because libzmq's pkg-config entry asks for the development
# files of everything that libzmq itself was built with. Gives CppZmq::CppZmq.

find_path(CppZmq_INCLUDE_DIR zmq.hpp)
find_library(CppZmq_LIBRARY zmq)
mark_as_advanced(CppZmq_INCLUDE_DIR CppZmq_LIBRARY)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CppZmq REQUIRED_VARS CppZmq_LIBRARY CppZmq_INCLUDE_DIR)

if(CppZmq_FOUND AND NOT TARGET CppZmq::CppZmq)
  add_library(CppZmq::CppZmq UNKNOWN IMPORTED)
  set_target_properties(CppZmq::CppZmq PROPERTIES IMPORTED_LOCATION "${CppZmq_LIBRARY}")
  target_include_directories(CppZmq::CppZmq SYSTEM INTERFACE "${CppZmq_INCLUDE_DIR}")
endif()
