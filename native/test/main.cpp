// Runs all registered tests; with an argument, those whose claim contains it.
#include <cstring>
#include <exception>

#include "check.h"

int main(int count, char** arguments) {
  int run = 0;
  for (const auto& test : check::tests()) {
    if (count > 1 && test.claim.find(arguments[1]) == std::string::npos) continue;
    const int before = check::failures;
    try {
      test.body();
    } catch (const std::exception& error) {
      check::fail("exception", 0, error.what());
    }
    ++run;
    std::printf("%s %s\n", check::failures == before ? "ok  " : "FAIL", test.claim.c_str());
  }
  std::printf("%d tests, %d failures\n", run, check::failures);
  return check::failures == 0 && run > 0 ? 0 : 1;
}
