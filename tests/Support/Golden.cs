using System.Runtime.CompilerServices;

namespace Profiler.Tests.Support;

/// <summary>
/// Expected texts, kept in files beside the tests. A wrong one is shown as it should be; with
/// UPDATE_GOLDEN=1 in the environment the file is rewritten instead, to be looked at before it is committed.
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

    /// <summary>A path beside the calling source file.</summary>
    public static string Beside(string relative, [CallerFilePath] string caller = "") =>
        Path.Combine(Path.GetDirectoryName(caller)!, relative);
}
