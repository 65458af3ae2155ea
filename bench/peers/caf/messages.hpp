/// What the workloads' messages begin with.
#pragma once

#include "port.hpp"

CAF_BEGIN_TYPE_ID_BLOCK(savina, caf::first_custom_type_id)

CAF_ADD_ATOM(savina, spinoff::bench, change_atom, "change")
CAF_ADD_ATOM(savina, spinoff::bench, done_atom, "done")
CAF_ADD_ATOM(savina, spinoff::bench, increment_atom, "increment")
CAF_ADD_ATOM(savina, spinoff::bench, job_atom, "job")
CAF_ADD_ATOM(savina, spinoff::bench, leave_atom, "leave")
CAF_ADD_ATOM(savina, spinoff::bench, meet_atom, "meet")
CAF_ADD_ATOM(savina, spinoff::bench, meetings_atom, "meetings")
CAF_ADD_ATOM(savina, spinoff::bench, neighbors_atom, "neighbors")
CAF_ADD_ATOM(savina, spinoff::bench, next_atom, "next")
CAF_ADD_ATOM(savina, spinoff::bench, ping_atom, "ping")
CAF_ADD_ATOM(savina, spinoff::bench, pong_atom, "pong")
CAF_ADD_ATOM(savina, spinoff::bench, request_atom, "request")
CAF_ADD_ATOM(savina, spinoff::bench, response_atom, "response")
CAF_ADD_ATOM(savina, spinoff::bench, retrieve_atom, "retrieve")
CAF_ADD_ATOM(savina, spinoff::bench, start_atom, "start")
CAF_ADD_ATOM(savina, spinoff::bench, token_atom, "token")

CAF_END_TYPE_ID_BLOCK(savina)
