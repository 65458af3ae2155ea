// The main function of every test program; cases register themselves from their own files.
#define BOOST_TEST_MODULE spinoff
#include <boost/test/unit_test.hpp>
