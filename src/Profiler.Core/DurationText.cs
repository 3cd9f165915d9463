using System.Globalization;

namespace Profiler.Core;

/// <summary>Durations as options: 500ms, 30s, 1.5m, 2h, 1d; a number without a unit is seconds.</summary>
public static class DurationText
{
    private static readonly (string Suffix, double Seconds)[] Units =
        [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400), ("", 1)];

    /// <param name="text">One duration.</param>
    /// <param name="least">Minimum, seconds.</param>
    /// <returns>Null if it is not a duration, or too short or long.</returns>
    public static TimeSpan? Parse(string text, double least)
    {
        foreach ((string suffix, double seconds) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal) &&
                double.TryParse(text[..^suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) &&
                value * seconds >= least && value * seconds < 1e9)
                return TimeSpan.FromSeconds(value * seconds);
        }
        return null;
    }

    /// <summary>Formats a duration so that <see cref="Parse"/> accepts it: "100ms", "1m".</summary>
    public static string Of(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
            return "0";
        (string suffix, double seconds) = Units[..^1].Where(u => duration.TotalSeconds % u.Seconds == 0).DefaultIfEmpty(Units[0]).MaxBy(u => u.Seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds / seconds:0.###}{suffix}");
    }
}
