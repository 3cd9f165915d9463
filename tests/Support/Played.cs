using System.Reactive.Linq;
using Profiler.Core;
using Profiler.Core.Shutdowns;

namespace Profiler.Tests.Support;

/// <summary>What events amount to when they have gone through the pipeline, from the first to the last.</summary>
public static class Played
{
    /// <summary>The shutdowns, in the order in which they ended.</summary>
    /// <param name="events">As <see cref="EventText"/> has them.</param>
    /// <param name="watched">What of the end of a process can be seen; all of it by default.</param>
    public static List<Shutdown> Shutdowns(string events, EndsWatched? watched = null)
    {
        var done = new List<Shutdown>();
        using var pipeline = new Pipeline(Observable.Return(EventText.Records(events)), watched ?? EndsWatched.All);
        pipeline.Shutdowns.Subscribe(done.Add);
        pipeline.Connect();
        return done;
    }
}
