using System.Collections;
using Profiler.Core.Lives;

namespace Profiler.Core.Histograms;

/// <summary>The durations of a shutdown: its own, and those of its phases. Enumerated without an allocation.</summary>
/// <param name="shutdown">One that has ended.</param>
public readonly struct ShutdownDurations(Shutdown shutdown) : IEnumerable<Duration>
{
    public Enumerator GetEnumerator() => new(shutdown);

    IEnumerator<Duration> IEnumerable<Duration>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The shutdown itself, then its phases in order, without zeros.</summary>
    public struct Enumerator(Shutdown shutdown) : IEnumerator<Duration>
    {
        private const int Itself = -1;

        private readonly ShutdownPhases? _phases = shutdown.IsWhole ? shutdown.Phases : null;
        private int _at = Itself - 1;

        public readonly Duration Current => _at == Itself
            ? Duration.Of(HistogramKey.Shutdown, shutdown.Time, null)
            : new Duration(HistogramKey.Of((Phase)_at), _phases![(Phase)_at], shutdown.Time.EndNs, null);

        readonly object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            if (_phases is null)
                return false;
            do
                _at++;
            while (_at > Itself && _at < ShutdownPhases.Count && _phases[(Phase)_at] == 0);
            return _at < ShutdownPhases.Count;
        }

        public void Reset() => _at = Itself - 1;

        public readonly void Dispose()
        {
        }
    }
}
