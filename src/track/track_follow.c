#include "track/track_own.h"
void follow_wake(void)
{
}
