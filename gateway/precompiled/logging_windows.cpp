// spdlog's coloured console, compiled once for the whole program (logging.cpp has the rest). No log of ours goes there;
// its default logger is one.
#include <spdlog/details/console_globals.h>
#include <spdlog/sinks/wincolor_sink-inl.h>

template class SPDLOG_API spdlog::sinks::wincolor_sink<spdlog::details::console_mutex>;
template class SPDLOG_API spdlog::sinks::wincolor_stdout_sink<spdlog::details::console_mutex>;
