using System.Runtime.CompilerServices;

namespace Profiler.Tests.Support;

/// <summary>
/// Expected texts, in files beside the tests. A mismatch shows the actual text. With UPDATE_GOLDEN=1 in the environment the file
/// is rewritten instead; review it before the commit.
/// </summary>
public static class Golden
{
    public static void Equal(string path, string actual)
    {
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }
        Xunit.Assert.True(File.Exists(path), $"{path} does not exist; make it with UPDATE_GOLDEN=1, it would be:\n{actual}");
        Xunit.Assert.Equal(File.ReadAllText(path), actual);
    }

    /// <summary>The root of the repository.</summary>
    public static string Repository { get; } = Path.GetFullPath(Beside("../.."));

    /// <summary>A path beside the calling source file.</summary>
    public static string Beside(string relative, [CallerFilePath] string caller = "") =>
        Path.Combine(Path.GetDirectoryName(caller)!, relative);
}
